in vec3 in_corner;
in vec3 in_across;
in vec3 in_down;
in float in_layer;
in float in_id;
out vec2 uv;
out vec3 place;
flat out vec3 normal;
flat out float layer;
flat out uint id;

void main() {
    uv = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    place = in_corner + in_across * uv.x + in_down * uv.y;
    normal = normalize(cross(in_down, in_across));
    layer = in_layer;
    id = uint(in_id + 0.5);
    gl_Position = clip * vec4(place, 1.0);
}
