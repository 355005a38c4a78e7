uniform float solid_from;   // below this opacity a fragment is dropped; negative: keep all
uniform sampler2D noise;
in vec2 uv;
flat in vec4 look;
flat in vec3 tint;
flat in uint id;
in vec3 place;
layout(location = 0) out vec4 out_colour;
layout(location = 1) out uint out_id;

void main() {
    float r2 = dot(uv, uv);
    float opacity;
    vec3 colour;
    float distance_m = length(place - eye.xyz);
    if (look.x == 2.0) {
        float core = max(1.0 - sqrt(r2), 0.0);
        opacity = core * core * look.w;
        colour = tint;
    } else if (look.x == 1.0) {
        float n = texture(noise, uv * 0.22 + vec2(look.y, look.y * 3.7)).r;
        float lump = texture(noise, uv * 0.07 + vec2(look.y * 5.1, look.y)).r;
        opacity = clamp((1.0 - r2) * 1.5 + (n - 0.5) * 0.9 + (lump - 0.5) * 1.1, 0.0, 1.0) * look.w;
        opacity *= smoothstep(1.0, 0.55, r2);
        vec3 light = above.rgb * (0.9 + 0.5 * uv.y) + sun.rgb * (0.35 + 0.25 * dot(uv, vec2(0.3, 0.7)));
        if (sun_way.w > 0.5) light += texture(lamp_map, (place.xy - lamp_area.xy) / lamp_area.z).rgb * 0.5;
        colour = hazed(tint * light * (0.75 + 0.5 * n), distance_m);
    } else {
        float h = uv.y * 0.5 + 0.5;
        float sway = (texture(noise, vec2(look.y + uv.x * 0.05, h * 0.25 - look.z)).r - 0.5) * 1.1 * h;
        float n = texture(noise, vec2(uv.x * 0.30 + look.y, h * 0.35 - look.z * 2.0)).r;
        float wide = (1.0 - h) * (0.35 + 0.65 * sqrt(h) * 1.6) + 0.02;
        float edge = 1.0 - abs(uv.x + sway) / max(wide * 1.25, 0.02);
        float heat = clamp(edge * 1.5 + (n - 0.55) * 1.6 - h * 0.35 + 0.15, 0.0, 1.0);
        opacity = smoothstep(0.06, 0.38, heat) * look.w;
        colour = mix(vec3(1.1, 0.16, 0.02), vec3(1.7, 0.75, 0.10), smoothstep(0.15, 0.55, heat));
        colour = hazed(mix(colour, vec3(2.4, 2.0, 1.1), smoothstep(0.55, 0.95, heat)), distance_m * 0.6);
    }
    if (opacity <= max(solid_from, 0.004)) discard;
    out_colour = vec4(seen(colour).rgb, opacity);
    out_id = id;
}
