layout(std140) uniform Light {
    mat4 clip;       // metres to clip space
    mat4 sun_clip;   // metres to the shadow map
    vec4 eye;        // xyz; w: share of windows that are lit
    vec4 sun_way;    // xyz; w: lamps burn
    vec4 sun;        // rgb; w: shadows are drawn
    vec4 above;      // rgb; w: snow
    vec4 below;      // rgb; w: wet
    vec4 zenith;     // rgb; w: exposure
    vec4 horizon;    // rgb; w: haze per metre
    vec4 lamp_area;  // west, south, span of the lamp map; w: the camera's own infrared light
    vec4 forward;    // where the camera looks
};
