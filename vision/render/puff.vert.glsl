in vec3 in_middle;
in vec2 in_half;
in vec4 in_look;   // kind (0 flame, 1 smoke, 2 glow), seed, age, strength
in vec3 in_tint;
in float in_id;
in vec4 in_cell;
uniform vec3 right_;
uniform float to_cells;
out vec2 uv;
flat out vec4 look;
flat out vec3 tint;
flat out uint id;
out vec3 place;

void main() {
    uv = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
    vec3 up = in_look.x == 0.0 ? vec3(0.0, 0.0, 1.0) : normalize(cross(right_, forward.xyz));
    place = in_middle + right_ * uv.x * in_half.x + up * uv.y * in_half.y;
    if (in_look.x == 2.0) place += normalize(eye.xyz - place) * 0.5;
    look = in_look;
    tint = in_tint;
    id = uint(in_id + 0.5);
    vec4 at = clip * vec4(place, 1.0);
    gl_Position = to_cells > 0.5 ? vec4(at.xy * in_cell.xy + at.w * in_cell.zw, at.z, at.w) : at;
}
