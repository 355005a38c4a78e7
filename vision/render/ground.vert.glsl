in vec3 in_place;
in vec2 in_uv;
in float in_tile;
in vec3 in_rgb;
out vec3 place;
out vec2 uv;
flat out float tile;
flat out vec3 rgb;

void main() {
    place = in_place;
    uv = in_uv;
    tile = in_tile;
    rgb = in_rgb * in_rgb;
    gl_Position = clip * vec4(in_place, 1.0);
}
