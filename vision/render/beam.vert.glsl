in vec2 in_root;
in vec2 in_way;
in vec4 in_look;   // half width at the far end, length, strength, kind (0 cone, 1 disc)
in vec3 in_tint;
out vec2 uv;
flat out vec4 look;
flat out vec3 tint;

void main() {
    uv = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    vec2 across = vec2(in_way.y, -in_way.x);
    vec2 at = in_root + in_way * in_look.y * (in_look.w > 0.5 ? uv.y * 2.0 - 1.0 : uv.y)
            + across * in_look.x * (uv.x * 2.0 - 1.0);
    look = in_look;
    tint = in_tint;
    gl_Position = vec4((at - lamp_area.xy) / lamp_area.z * 2.0 - 1.0, 0.0, 1.0);
}
