in vec3 in_place;
in vec3 in_normal;
in vec2 in_uv;
in float in_tile;
in vec3 in_rgb;
in float in_number;
out vec3 place;
out vec2 uv;
out vec3 normal;
out vec3 rgb;
flat out float tile;
flat out float number;

void main() {
    place = in_place;
    uv = in_uv;
    normal = in_normal;
    tile = in_tile;
    rgb = in_rgb * in_rgb;
    number = in_number;
    gl_Position = clip * vec4(in_place, 1.0);
}
