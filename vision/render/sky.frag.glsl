in vec3 way;
layout(location = 0) out vec4 out_colour;
layout(location = 1) out uint out_id;

void main() {
    vec3 d = normalize(way);
    vec3 colour = mix(horizon.rgb, zenith.rgb, smoothstep(0.0, 0.65, d.z));
    float near_sun = max(dot(d, sun_way.xyz), 0.0);
    colour += sun.rgb * (0.25 * pow(near_sun, 12.0) + 2.0 * pow(near_sun, 600.0));
    out_colour = seen(colour);
    out_id = 0u;
}
