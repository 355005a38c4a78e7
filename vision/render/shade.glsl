uniform sampler2DShadow still_shadow;
uniform sampler2DShadow moving_shadow;
uniform sampler2D lamp_map;
uniform sampler2D still_lamps;

float shadow_of(sampler2DShadow map, vec3 place, float facing) {
    vec3 p = (sun_clip * vec4(place, 1.0)).xyz * 0.5 + 0.5;
    p.z -= 0.0006 + 0.0010 * (1.0 - facing);
    vec2 inside = step(vec2(0.002), p.xy) * step(p.xy, vec2(0.998));
    return max(textureLod(map, p, 0.0), 1.0 - inside.x * inside.y);
}

vec3 still_lamp_light(vec2 place) {
    return textureLod(still_lamps, (place - lamp_area.xy) / lamp_area.z, 0.0).rgb;
}

vec4 lamp_light(vec2 place) {
    return textureLod(lamp_map, (place - lamp_area.xy) / lamp_area.z, 0.0);
}

vec3 own_light(vec3 normal, vec3 place) {
    vec3 way = eye.xyz - place;
    float d2 = dot(way, way);
    return vec3(lamp_area.w * max(dot(normal, way) * inversesqrt(d2), 0.15) / (0.25 + d2 * 0.0012));
}

float lamp_share(vec3 normal, vec3 place) {
    return mix(0.55, 1.0, clamp(normal.z, 0.0, 1.0)) * exp(-max(place.z - 5.0, 0.0) * 0.25);
}

vec3 lit(vec3 albedo, vec3 normal, vec3 place) {
    float facing = dot(normal, sun_way.xyz);
    vec3 light = mix(below.rgb, above.rgb, normal.z * 0.5 + 0.5);
    if (sun.w > 0.5) {
        vec3 p = (sun_clip * vec4(place, 1.0)).xyz * 0.5 + 0.5;
        p.z -= 0.0006 + 0.0010 * (1.0 - facing);
        float shade = textureLod(still_shadow, p, 0.0) * textureLod(moving_shadow, p, 0.0);
        vec2 inside = step(vec2(0.002), p.xy) * step(p.xy, vec2(0.998));
        light += sun.rgb * max(facing, 0.0) * max(shade, 1.0 - inside.x * inside.y);
    }
    if (sun_way.w > 0.5) light += lamp_light(place.xy).rgb * lamp_share(normal, place);
    if (lamp_area.w > 0.0) light += own_light(normal, place);
    return albedo * light;
}

vec3 hazed(vec3 colour, float distance_m) {
    return mix(horizon.rgb, colour, exp(-distance_m * horizon.w));
}

vec4 seen(vec3 linear) {
    vec3 x = linear * zenith.w;
    x /= 0.80 + 0.32 * max(max(x.r, x.g), x.b);
    return vec4(sqrt(clamp(x, 0.0, 1.0)), 1.0);
}
