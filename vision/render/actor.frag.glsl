#ifdef FAR
in vec3 shaded;
#else
in vec3 place;
in vec3 normal;
in vec3 rgb;
flat in float gloss;
in vec3 glow;
#endif
flat in uint id;
layout(location = 0) out vec4 out_colour;
layout(location = 1) out uint out_id;

void main() {
#ifdef FAR
    out_colour = vec4(shaded, 1.0);
#else
    out_colour = vec4(painted(rgb, normalize(normal), place, gloss, glow), 1.0);
#endif
    out_id = id;
}
