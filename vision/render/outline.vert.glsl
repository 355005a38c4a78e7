in vec3 in_place;
in vec4 in_row0;
in vec4 in_row1;
in vec4 in_row2;
in vec4 in_cell;

void main() {
    vec4 p = vec4(in_place, 1.0);
    vec4 at = clip * vec4(dot(in_row0, p), dot(in_row1, p), dot(in_row2, p), 1.0);
    gl_Position = vec4(at.xy * in_cell.xy + at.w * in_cell.zw, at.z, at.w);
}
