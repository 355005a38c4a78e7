// What stands is drawn once for a camera: its colour, and what it makes of the light of what moves (relit.frag.glsl).
layout(location = 0) out vec4 out_light;
layout(location = 1) out vec4 out_albedo;   // a: below a half what stands, by its share of lamplight; above, what lies flat

float still_sunlight(vec3 normal, vec3 place) {
    float facing = dot(normal, sun_way.xyz);
    return sun.w > 0.5 ? max(facing, 0.0) * shadow_of(still_shadow, place, facing) : 0.0;
}
