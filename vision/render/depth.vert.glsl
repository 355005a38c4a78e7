in vec3 in_place;
#ifdef INSTANCED
in vec4 in_row0;
in vec4 in_row1;
in vec4 in_row2;
#endif

void main() {
    vec4 p = vec4(in_place, 1.0);
#ifdef INSTANCED
    p = vec4(dot(in_row0, p), dot(in_row1, p), dot(in_row2, p), 1.0);
#endif
    gl_Position = sun_clip * p;
}
