in vec3 way;

void main() {
    vec3 d = normalize(way);
    vec3 colour = mix(horizon.rgb, zenith.rgb, smoothstep(0.0, 0.65, d.z));
    float near_sun = max(dot(d, sun_way.xyz), 0.0);
    colour += sun.rgb * (0.25 * pow(near_sun, 12.0) + 2.0 * pow(near_sun, 600.0));
    out_light = vec4(colour, 0.0);
    out_albedo = vec4(0.0);
}
