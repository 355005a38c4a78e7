uniform sampler2DArray tiles;
in vec3 place;
in vec2 uv;
in vec3 normal;
in vec3 rgb;
flat in float tile;
flat in float number;

float scatter(vec3 p) {
    return fract(sin(dot(p, vec3(12.9898, 78.233, 37.719))) * 43758.5453);
}

void main() {
    vec4 texel = texture(tiles, vec3(uv, tile));
    vec3 albedo = rgb * texel.rgb * texel.rgb;
    vec3 n = normalize(normal);
    vec3 way = place - eye.xyz;
    float distance_m = length(way);
    vec3 burning = vec3(0.0);
    float glass = 0.0;
    if (number > 0.5) {
        albedo *= 0.80 + 0.20 * smoothstep(0.0, 2.5, place.z);
        if (texel.a > 0.02) {
            glass = smoothstep(0.55, 0.9, texel.a);
            bool shop = tile == 8.0 || tile == 18.0 || tile == 19.0 || tile == 20.0;
            float sign_ = shop || tile == 24.0 || tile == 11.0 ? smoothstep(0.25, 0.45, texel.a) - glass : 0.0;
            float luck = scatter(vec3(floor(uv.x * 2.0), floor(uv.y), number));
            albedo = mix(mix(albedo, texel.rgb * texel.rgb, max(sign_, glass)), vec3(0.50, 0.47, 0.40), glass * step(0.80, luck) * 0.4);
            if (sun_way.w > 0.5) {
                float open_ = shop ? 0.3 : 0.0;
                vec3 lamp = mix(vec3(1.0, 0.72, 0.38), vec3(0.8, 0.85, 0.9), step(0.75, fract(luck * 17.0)));
                burning = lamp * glass * step(luck, eye.w + open_) * (0.16 + 0.30 * fract(luck * 53.0) + open_ * 0.5)
                        + texel.rgb * texel.rgb * sign_ * 0.85;
            }
        }
    }
    albedo = mix(albedo, vec3(0.80, 0.82, 0.85), above.w * smoothstep(0.35, 0.75, n.z));
    float sunlight = still_sunlight(n, place);
    float lamps = lamp_share(n, place);
    vec3 light = mix(below.rgb, above.rgb, n.z * 0.5 + 0.5) + sun.rgb * sunlight;
    if (sun_way.w > 0.5) light += still_lamp_light(place.xy) * lamps;
    if (lamp_area.w > 0.0) light += own_light(n, place);
    vec3 beside = burning;   // light that does not come from the wall itself
    if (glass > 0.0) {
        vec3 mirrored = reflect(way / distance_m, n);
        float rim = 1.0 - abs(dot(way, n)) / distance_m;
        float share = (0.10 + 0.5 * rim * rim * rim) * glass;
        albedo *= 1.0 - share;
        float spark = max(dot(mirrored, sun_way.xyz), 0.0);
        spark *= spark; spark *= spark; spark *= spark; spark *= spark; spark *= spark; spark *= spark;
        beside += mix(horizon.rgb, zenith.rgb, clamp(mirrored.z, 0.0, 1.0)) * 0.8 * share + sun.rgb * spark * glass * 0.8;
    }
    if (number < -0.5 && sun_way.w > 0.5) {
        albedo = vec3(0.0);
        beside = vec3(1.6, 1.4, 1.0);
    }
    float clear = exp(-distance_m * horizon.w);
    albedo *= clear;
    out_light = vec4(albedo * light + mix(horizon.rgb, beside, clear), sunlight);
    out_albedo = vec4(sqrt(albedo), 0.02 + 0.47 * lamps);
}
