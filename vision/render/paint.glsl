vec3 painted(vec3 rgb, vec3 n, vec3 place, float gloss, vec3 glow) {
    vec3 way = place - eye.xyz;
    float distance_m = length(way);
    vec3 colour = lit(rgb, n, place) + glow;
    if (gloss > 0.0) {
        vec3 mirrored = reflect(way / distance_m, n);
        float rim = pow(1.0 - clamp(dot(-way / distance_m, n), 0.0, 1.0), 3.0);
        vec3 sky = mirrored.z > 0.0 ? mix(horizon.rgb, zenith.rgb, mirrored.z) : below.rgb * 0.4;
        colour = mix(colour, sky, gloss * (0.10 + 0.40 * rim));
        float spark = max(dot(mirrored, sun_way.xyz), 0.0);
        spark *= spark; spark *= spark; spark *= spark; spark *= spark; spark *= spark; spark *= spark;
        colour += sun.rgb * spark * gloss * 0.9;
    }
    return seen(hazed(colour, distance_m)).rgb;
}
