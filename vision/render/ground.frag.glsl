// What lies flat: its normal points up, it takes contact shades, gets wet and is covered by snow.
uniform sampler2DArray tiles;
uniform sampler2D noise;
in vec3 place;
in vec2 uv;
flat in float tile;
flat in vec3 rgb;
layout(location = 0) out vec4 out_colour;
layout(location = 1) out uint out_id;

void main() {
    vec3 texel = texture(tiles, vec3(uv, tile)).rgb;
    vec3 albedo = rgb * texel * texel;
    vec3 way = place - eye.xyz;
    float distance_m = length(way);
    float lump = textureLod(noise, vec2(uv.x, uv.y * 0.5), 0.0).r;
    albedo *= 0.90 + 0.20 * lump;
    bool road = tile == 1.0 || tile == 15.0;
    bool water = tile == 14.0;
    if (above.w > 0.0 && !water) {
        float cover = road ? 0.20 * smoothstep(0.2, 0.8, lump) + 0.48 : 0.90 + 0.2 * lump;
        albedo = mix(albedo, vec3(0.80, 0.82, 0.85), clamp(above.w * cover, 0.0, 0.95));
    }
    vec4 pool = lamp_light(place.xy);
    vec3 light = above.rgb * (1.0 - min(pool.a, 0.8));
    if (sun.w > 0.5) light += sun.rgb * sun_way.z * sunlit(place, sun_way.z);
    if (sun_way.w > 0.5) light += pool.rgb;
    if (lamp_area.w > 0.0) light += own_light(vec3(0.0, 0.0, 1.0), place);
    float wet = water ? 1.0 : below.w;
    vec3 colour = albedo * light * (1.0 - 0.5 * wet);
    if (wet > 0.0) {
        float down = clamp(-way.z / distance_m, 0.0, 1.0);
        float rim = 1.0 - down;
        float fresnel = 0.04 + 0.96 * rim * rim * rim * rim * rim;
        float film = water ? 1.0 : (road ? 1.0 : 0.3) * (0.55 + 0.45 * smoothstep(0.35, 0.80, lump));  // grass and soil drink
        vec3 sky = mix(horizon.rgb, zenith.rgb, smoothstep(0.0, 0.65, down)) * (1.0 - 0.6 * min(pool.a, 0.8));
        colour = mix(colour, sky + pool.rgb * 0.45, clamp(fresnel * 1.6, 0.0, 0.8) * film);
    }
    out_colour = seen(hazed(colour, distance_m));
    out_id = 0u;
}
