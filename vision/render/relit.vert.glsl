in vec4 in_edges;   // west, south, east, north in clip coordinates
uniform vec3 right_;
uniform vec3 up_;
out vec3 way;

void main() {
    vec2 at = mix(in_edges.xy, in_edges.zw, vec2(gl_VertexID & 1, gl_VertexID >> 1));
    way = forward.xyz + right_ * at.x + up_ * at.y;
    gl_Position = vec4(at, 0.0, 1.0);
}
