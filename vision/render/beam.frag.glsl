in vec2 uv;
flat in vec4 look;
flat in vec3 tint;
layout(location = 0) out vec4 out_colour;

void main() {
    float x = uv.x * 2.0 - 1.0;
    float power;
    if (look.w > 1.5) {   // a contact shade: full below the body, soft beyond it
        float y = uv.y * 2.0 - 1.0;
        vec2 edge = smoothstep(vec2(0.0), vec2(0.45), 1.0 - abs(vec2(x, y)));
        out_colour = vec4(0.0, 0.0, 0.0, edge.x * edge.y * look.z);
        return;
    }
    if (look.w > 0.5) {
        float y = uv.y * 2.0 - 1.0;
        float fall = max(1.0 - x * x - y * y, 0.0);
        power = fall * fall;
    } else {
        float spread = 0.25 + 0.75 * uv.y;
        float across = x / spread;
        power = max(1.0 - across * across, 0.0) * smoothstep(0.0, 0.12, uv.y) * (1.0 - uv.y) * (1.0 - uv.y);
    }
    out_colour = vec4(tint * power * look.z, 0.0);
}
