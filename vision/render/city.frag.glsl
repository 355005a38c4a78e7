uniform sampler2DArray tiles;
in vec3 place;
in vec2 uv;
flat in vec3 normal_;
flat in float tile;
flat in float number;
in vec3 soft_normal;
in vec3 rgb;
layout(location = 0) out vec4 out_colour;
layout(location = 1) out uint out_id;

float scatter(vec3 p) {
    return fract(sin(dot(p, vec3(12.9898, 78.233, 37.719))) * 43758.5453);
}

void main() {
    vec4 texel = texture(tiles, vec3(uv, tile));
    vec3 albedo = rgb * texel.rgb * texel.rgb;
    vec3 normal = normalize(soft_normal);
    float lying = step(0.7, normal.z);
    albedo = mix(albedo, vec3(0.80, 0.82, 0.85), above.w * lying * (place.z < 0.05 && tile == 1.0 ? 0.45 : 1.0));
    vec3 way = place - eye.xyz;
    float distance_m = length(way);
    float wet = step(0.5, below.w) * lying * step(place.z, 0.05);
    float skim = pow(1.0 - clamp(-way.z / distance_m, 0.0, 1.0), 4.0);
    vec3 colour = lit(albedo * (1.0 - 0.55 * wet), normal, place);
    colour = mix(colour, horizon.rgb * 0.9, wet * skim * 0.6);
    if (texel.a > 0.02 && number > 0.5) {
        vec3 mirrored = reflect(way / distance_m, normal);
        colour = mix(colour, mix(horizon.rgb, zenith.rgb, clamp(mirrored.z, 0.0, 1.0)) * 0.8, 0.30 * texel.a);
        if (sun_way.w > 0.5) {
            float luck = scatter(vec3(floor(uv.x * 2.0), floor(uv.y), number));
            vec3 lamp = mix(vec3(1.0, 0.72, 0.38), vec3(0.8, 0.85, 0.9), step(0.75, fract(luck * 17.0)));
            colour += lamp * texel.a * step(luck, 0.42) * (0.16 + 0.30 * fract(luck * 53.0));
        }
    }
    if (number < -0.5 && sun_way.w > 0.5) colour = vec3(1.6, 1.4, 1.0);
    out_colour = seen(hazed(colour, distance_m));
    out_id = 0u;
}
