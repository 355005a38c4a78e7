in vec3 in_place;
in vec3 in_normal;
in float in_slot;
in vec4 in_row0;
in vec4 in_row1;
in vec4 in_row2;
in vec3 in_paint;
in vec3 in_second;
in vec3 in_third;
in vec3 in_fourth;
in float in_lamps;
in float in_id;
uniform vec3 palette[18];
flat out uint id;
#ifdef FAR   // small in the picture: shaded at its corners
out vec3 shaded;
vec3 place;
vec3 normal;
vec3 rgb;
float gloss;
vec3 glow;
#else
out vec3 place;
out vec3 normal;
out vec3 rgb;
flat out float gloss;
out vec3 glow;
#endif

void main() {
    vec4 p = vec4(in_place, 1.0);
    place = vec3(dot(in_row0, p), dot(in_row1, p), dot(in_row2, p));
    vec3 scale = vec3(length(vec3(in_row0.x, in_row1.x, in_row2.x)), length(vec3(in_row0.y, in_row1.y, in_row2.y)),
                      length(vec3(in_row0.z, in_row1.z, in_row2.z)));
    vec3 n = in_normal / (scale * scale);
    normal = vec3(dot(in_row0.xyz, n), dot(in_row1.xyz, n), dot(in_row2.xyz, n));
    int slot = int(in_slot + 0.5);
    int lamps = int(in_lamps + 0.5);
    vec3 c = palette[slot];
    if (slot == 0) c = in_paint;
    else if (slot == 1) c = in_second;
    else if (slot == 2) c = in_third;
    else if (slot == 3) c = in_fourth;
    rgb = c * c;
    gloss = slot == 4 ? 1.0 : ((slot == 0 || slot == 6 || slot == 13 || slot == 14) && (lamps & 128) != 0 ? 0.35 : 0.0);
    glow = vec3(0.0);
    if (slot == 8 && (lamps & 1) != 0) glow = vec3(2.2, 2.1, 1.8);
    if (slot == 9 && (lamps & 2) != 0) glow = vec3(0.9, 0.03, 0.02);
    else if (slot == 9 && (lamps & 16) != 0) glow = vec3(0.35, 0.01, 0.01);
    if (slot == 10 && (lamps & 4) != 0) glow = vec3(2.4, 0.12, 0.10);
    if (slot == 11 && (lamps & 8) != 0) glow = vec3(0.12, 0.30, 2.6);
    id = uint(in_id + 0.5);
    gl_Position = clip * vec4(place, 1.0);
#ifdef FAR
    shaded = painted(rgb, normalize(normal), place, gloss, glow);
#endif
}
