uniform sampler2DArray plates;
in vec2 uv;
in vec3 place;
flat in vec3 normal;
flat in float layer;
flat in uint id;
layout(location = 0) out vec4 out_colour;
layout(location = 1) out uint out_id;

void main() {
    vec2 dx = dFdx(uv), dy = dFdy(uv);
    vec3 sum = vec3(0.0);
    for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 4; ++j) {
            vec2 at = clamp(uv + dx * (float(i) - 1.5) * 0.25 + dy * (float(j) - 1.5) * 0.25, 0.002, 0.998);
            vec3 c = textureLod(plates, vec3(at, layer), 0.0).rgb;
            sum += c * c;
        }
    vec3 albedo = sum / 16.0;
    float distance_m = length(place - eye.xyz);
    vec3 colour = lit(albedo * 0.92, normal, place);
    if (sun_way.w > 0.5) colour += albedo * 0.10;
    out_colour = seen(hazed(colour, distance_m));
    out_id = id;
}
