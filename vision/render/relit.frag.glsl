// The still city as it is kept, with the shadows and the lights of what moves.
uniform sampler2D still_light;    // rgb: linear colour, in haze; a: share of the sun's light that reaches it
uniform sampler2D still_albedo;   // rgb: root of the share of further light it returns; a: see still.glsl
uniform sampler2D still_depth;
uniform bool moves;
in vec3 way;
layout(location = 0) out vec4 out_colour;
layout(location = 1) out uint out_id;

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec4 light = texelFetch(still_light, at, 0);
    vec3 colour = light.rgb;
    if (moves) {
        vec4 albedo = texelFetch(still_albedo, at, 0);
        bool flat_ = albedo.a > 0.497;
        float film = 2.0 * albedo.a - 1.0;
        float z = texelFetch(still_depth, at, 0).r * 2.0 - 1.0;   // not of the ground: its layers are pushed away a little
        float away = flat_ ? -eye.z / way.z : 2.0 * FAR_M * NEAR_M / (FAR_M + NEAR_M - z * (FAR_M - NEAR_M));
        vec3 place = eye.xyz + way * away;
        vec4 pool = lamp_light(place.xy);
        float shade = flat_ ? min(pool.a, 0.8) : 0.0;
        vec3 lamps = vec3(0.0);
        if (sun_way.w > 0.5) lamps = (pool.rgb - still_lamp_light(place.xy)) * (flat_ ? 1.0 : max(albedo.a - 0.02, 0.0) / 0.47);
        vec3 more = lamps - above.rgb * shade;
        if (sun.w > 0.5) more += sun.rgb * light.a * (shadow_of(moving_shadow, place, light.a) - 1.0);
        colour += albedo.rgb * albedo.rgb * more;
        if (film > 0.0) {
            vec3 sky = mix(horizon.rgb, zenith.rgb, smoothstep(0.0, 0.65, clamp(-normalize(way).z, 0.0, 1.0)));
            colour += film * (lamps * 0.45 - sky * 0.6 * shade);
        }
    }
    out_colour = seen(colour);
    out_id = 0u;
}
