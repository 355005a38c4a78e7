in vec2 in_corner;
uniform vec3 right_;
uniform vec3 up_;
out vec3 way;

void main() {
    way = forward.xyz + right_ * in_corner.x + up_ * in_corner.y;
    gl_Position = vec4(in_corner, 1.0, 1.0);
}
