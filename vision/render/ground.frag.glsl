// What lies flat: its normal points up, it takes contact shades, gets wet and is covered by snow.
uniform sampler2DArray tiles;
uniform sampler2D noise;
in vec3 place;
in vec2 uv;
flat in float tile;
flat in vec3 rgb;

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
    float sunlight = still_sunlight(vec3(0.0, 0.0, 1.0), place);
    vec3 pool = sun_way.w > 0.5 ? still_lamp_light(place.xy) : vec3(0.0);
    vec3 light = above.rgb + sun.rgb * sunlight + pool;
    if (lamp_area.w > 0.0) light += own_light(vec3(0.0, 0.0, 1.0), place);
    float wet = water ? 1.0 : below.w;
    albedo *= 1.0 - 0.5 * wet;
    vec3 mirrored = vec3(0.0);
    float film = 0.0;
    if (wet > 0.0) {
        float down = clamp(-way.z / distance_m, 0.0, 1.0);
        float rim = 1.0 - down;
        float fresnel = 0.04 + 0.96 * rim * rim * rim * rim * rim;
        film = water ? 1.0 : (road ? 1.0 : 0.3) * (0.55 + 0.45 * smoothstep(0.35, 0.80, lump));  // grass and soil drink
        film *= clamp(fresnel * 1.6, 0.0, 0.8);
        mirrored = mix(horizon.rgb, zenith.rgb, smoothstep(0.0, 0.65, down)) + pool * 0.45;
    }
    float clear = exp(-distance_m * horizon.w);
    albedo *= (1.0 - film) * clear;
    film *= clear;
    out_light = vec4(albedo * light + mirrored * film + horizon.rgb * (1.0 - clear), sunlight);
    out_albedo = vec4(sqrt(albedo), 0.5 + 0.5 * film);
}
