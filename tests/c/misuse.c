/* misuse IMAGES [brief]: whatever a program does wrong gives a status, never a crash.
 *
 * `brief` leaves out what computes much: under valgrind a network takes a minute. */
#include "check.h"

static vav_verifier *verifier;
static photo face, blank;

/* The call failed with this status, its error object says the same, and freeing it is all that is left to do. */
static int fails(vav_status status, vav_error *err, vav_status expected) {
    int as_expected = status == expected && vav_error_status(err) == expected && vav_error_message(err)[0] != 0;
    if (!as_expected)
        fprintf(stderr, "%s instead of %s: %s\n", vav_status_name(status), vav_status_name(expected),
                vav_error_message(err));
    vav_error_free(err);
    return as_expected;
}

/* The arguments of a function are evaluated in any order; `err` must be looked at after the call. */
static vav_status last;
#define FAILS(call, expected) (last = (call), fails(last, err, expected))

static void null_is_an_error_or_nothing(void) {
    vav_config_free(NULL);
    vav_verifier_free(NULL);
    vav_template_free(NULL);
    vav_faces_free(NULL);
    vav_error_free(NULL);
    CHECK(vav_config_set_engine(NULL, 0) == VAV_INVALID_ARGUMENT);
    CHECK(vav_config_set_onnxruntime(NULL, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_config_set_models(NULL, "models") == VAV_INVALID_ARGUMENT);
    CHECK(vav_config_set_workers(NULL, 1) == VAV_INVALID_ARGUMENT);
    CHECK(vav_config_set_face_policy(NULL, 0) == VAV_INVALID_ARGUMENT);
    CHECK(vav_config_set_min_face(NULL, 1) == VAV_INVALID_ARGUMENT);
    CHECK(vav_config_set_threshold(NULL, 1.0f) == VAV_INVALID_ARGUMENT);
    CHECK(vav_config_set_max_bytes(NULL, 1) == VAV_INVALID_ARGUMENT);
    CHECK(vav_config_set_max_pixels(NULL, 1) == VAV_INVALID_ARGUMENT);
    CHECK(vav_error_status(NULL) == VAV_OK && vav_error_side(NULL) == VAV_SIDE_NONE);
    CHECK(vav_error_stage(NULL) == VAV_STAGE_NONE && strcmp(vav_error_message(NULL), "") == 0);
    CHECK(vav_faces_count(NULL) == 0 && vav_template_size(NULL) == 0 && vav_template_is_failed(NULL) == 0);
    CHECK(vav_verifier_engine(NULL) == -1 && strcmp(vav_verifier_engine_version(NULL), "") == 0);
    CHECK(strcmp(vav_verifier_fallback_reason(NULL), "") == 0 && strcmp(vav_verifier_extractor_id(NULL), "") == 0);
    CHECK(vav_verifier_new(NULL, NULL, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_verify(NULL, NULL, 0, NULL, 0, NULL, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_verify_pixels(NULL, NULL, NULL, NULL, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_detect(NULL, NULL, 0, NULL, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_detect_pixels(NULL, NULL, NULL, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_extract(NULL, NULL, 0, NULL, NULL, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_extract_pixels(NULL, NULL, NULL, NULL, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_extract_face(NULL, NULL, 0, NULL, 0, NULL, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_extract_face_pixels(NULL, NULL, NULL, 0, NULL, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_compare(NULL, NULL, NULL, NULL, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_faces_get(NULL, 0, NULL, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_faces_chosen(NULL, NULL, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_faces_image_size(NULL, NULL, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_template_to_bytes(NULL, NULL, 0, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_template_from_bytes(NULL, 0, NULL, NULL) == VAV_INVALID_ARGUMENT);
}

static void null_one_by_one(void) {
    vav_result result = VAV_RESULT_INIT;
    vav_error *err;
    vav_template *templ;
    vav_faces *faces;
    const uint8_t *data = face.data;
    size_t len = face.len;
    CHECK(FAILS(vav_verify(NULL, data, len, data, len, &result, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_verify(verifier, NULL, len, data, len, &result, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_verify(verifier, data, len, NULL, 7, &result, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_verify(verifier, data, len, data, len, NULL, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_verify(verifier, data, (size_t)-1, data, len, &result, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_verify(verifier, NULL, 0, data, 1, &result, &err), VAV_EMPTY_IMAGE));
    CHECK(FAILS(vav_detect(verifier, data, 0, &faces, &err), VAV_EMPTY_IMAGE) && faces == NULL);
    /* Handles are NULL after a failure, whatever the variables held; nothing here initialised them. */
    CHECK(FAILS(vav_extract(verifier, NULL, 9, &templ, NULL, &err), VAV_INVALID_ARGUMENT) && templ == NULL);
    CHECK(FAILS(vav_detect(NULL, data, len, &faces, &err), VAV_INVALID_ARGUMENT) && faces == NULL);
    CHECK(FAILS(vav_detect(verifier, data, len, NULL, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_template_from_bytes(NULL, 9, &templ, &err), VAV_INVALID_ARGUMENT) && templ == NULL);
    CHECK(FAILS(vav_extract_face(verifier, data, len, NULL, 0, &templ, &err), VAV_INVALID_ARGUMENT));
}

static void sizes_of_structs(void) {
    static const size_t wrong[] = { 0, 1, sizeof(size_t), sizeof(vav_result) - 1, 5000, (size_t)-1 };
    vav_error *err;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        vav_result result = VAV_RESULT_INIT;
        vav_face where = VAV_FACE_INIT;
        vav_template *templ;
        result.struct_size = where.struct_size = wrong[i];
        CHECK(FAILS(vav_verify(verifier, face.data, face.len, face.data, face.len, &result, &err), VAV_INVALID_ARGUMENT));
        CHECK(FAILS(vav_extract(verifier, face.data, face.len, &templ, &where, &err), VAV_INVALID_ARGUMENT));
        CHECK(templ == NULL && result.struct_size == wrong[i] && result.score == 0.0f && where.width == 0.0f);
    }
}

/* A program built against a later header: what this library does not know stays as it was. */
static void struct_of_a_later_header(void) {
    struct {
        vav_result known;
        uint32_t later[8];
    } newer = { VAV_RESULT_INIT, { 7, 7, 7, 7, 7, 7, 7, 7 } };
    newer.known.struct_size = sizeof newer;
    CHECK(vav_verify(verifier, face.data, face.len, face.data, face.len, &newer.known, NULL) == VAV_OK);
    CHECK(newer.known.is_match == 1 && newer.known.struct_size == sizeof newer && newer.later[0] == 7);
}

static void wrong_pixels(void) {
    static uint8_t data[300];
    const vav_pixels right = { data, sizeof data, 10, 10, 30, VAV_PIXELS_RGB8 };
    vav_pixels wrong[8];
    vav_error *err;
    vav_faces *faces;
    for (int i = 0; i < 8; i++) wrong[i] = right;
    wrong[0].data = NULL;
    wrong[1].format = 99;
    wrong[2].format = -1;
    wrong[3].width = 0;
    wrong[4].len = 299;
    wrong[5].stride = 29;
    wrong[6].stride = (size_t)-1;
    wrong[7].height = 70000;
    for (int i = 0; i < 8; i++) {
        vav_status expected = i < 3 ? VAV_INVALID_ARGUMENT : VAV_INVALID_PIXELS;
        vav_result result = VAV_RESULT_INIT;
        CHECK(FAILS(vav_detect_pixels(verifier, &wrong[i], &faces, &err), expected) && faces == NULL);
        CHECK(vav_verify_pixels(verifier, &right, &wrong[i], &result, &err) == expected);
        CHECK(vav_error_side(err) == VAV_SIDE_REFERENCE);
        vav_error_free(err);
    }
}

/* A template with a sound check sum, but made by another model. */
static void template_of_another_model(const vav_template *made) {
    uint8_t bytes[24 + 4 * 192 + 4];
    vav_template *other;
    vav_result result = VAV_RESULT_INIT;
    vav_error *err;
    CHECK(vav_template_size(made) == sizeof bytes);
    CHECK(vav_template_to_bytes(made, bytes, sizeof bytes, NULL) == VAV_OK);
    bytes[8] ^= 1;
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < sizeof bytes - 4; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
    }
    for (int i = 0; i < 4; i++) bytes[sizeof bytes - 4 + (size_t)i] = (uint8_t)(~crc >> (8 * i));
    CHECK(vav_template_from_bytes(bytes, sizeof bytes, &other, NULL) == VAV_OK);
    CHECK(FAILS(vav_compare(verifier, other, made, &result, &err), VAV_TEMPLATE_MISMATCH));
    CHECK(FAILS(vav_compare(verifier, made, other, &result, &err), VAV_TEMPLATE_MISMATCH));
    vav_template_free(other);
}

static void templates(void) {
    vav_template *made, *other, *failed = vav_template_new_failed();
    vav_result result = VAV_RESULT_INIT;
    vav_error *err;
    vav_face where = VAV_FACE_INIT;
    CHECK(vav_extract(verifier, face.data, face.len, &made, &where, &err) == VAV_OK && err == NULL);
    CHECK(where.width > 20.0f && where.confidence > 0.9f && where.landmarks[0].x < where.landmarks[1].x);
    size_t size = vav_template_size(made);
    uint8_t *bytes = malloc(size);
    CHECK(vav_template_to_bytes(made, bytes, size, NULL) == VAV_OK);
    CHECK(FAILS(vav_template_to_bytes(made, bytes, size - 1, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_template_to_bytes(made, NULL, size, &err), VAV_INVALID_ARGUMENT));
    CHECK(vav_template_from_bytes(bytes, size, &other, NULL) == VAV_OK);
    CHECK(vav_compare(verifier, made, other, &result, NULL) == VAV_OK && result.similarity > 0.9999f);
    CHECK(result.is_match == 1 && result.flags == 0);
    vav_template_free(other);
    /* Cut anywhere, damaged anywhere, or of another kind altogether. */
    for (size_t len = 0; len < size; len += 1 + len / 16)
        CHECK(FAILS(vav_template_from_bytes(bytes, len, &other, &err), VAV_TEMPLATE_MALFORMED));
    for (size_t at = 0; at < size; at += 1 + at / 16) {
        bytes[at] ^= 1;
        CHECK(FAILS(vav_template_from_bytes(bytes, size, &other, &err), VAV_TEMPLATE_MALFORMED));
        bytes[at] ^= 1;
    }
    CHECK(FAILS(vav_template_from_bytes(face.data, face.len, &other, &err), VAV_TEMPLATE_MALFORMED));
    CHECK(other == NULL);
    /* No score with a failure to extract, on either side, before and after it was stored. */
    CHECK(vav_template_is_failed(failed) == 1 && vav_template_is_failed(made) == 0);
    size = vav_template_size(failed);
    CHECK(vav_template_to_bytes(failed, bytes, size, NULL) == VAV_OK);
    CHECK(vav_template_from_bytes(bytes, size, &other, NULL) == VAV_OK && vav_template_is_failed(other) == 1);
    CHECK(vav_compare(verifier, made, other, &result, &err) == VAV_TEMPLATE_FAILED);
    CHECK(vav_error_side(err) == VAV_SIDE_REFERENCE && vav_error_stage(err) == VAV_STAGE_COMPARE);
    vav_error_free(err);
    CHECK(FAILS(vav_compare(verifier, failed, made, &result, &err), VAV_TEMPLATE_FAILED));
    vav_template_free(other);
    template_of_another_model(made);
    vav_template_free(failed);
    vav_template_free(made);
    free(bytes);
}

static void faces(void) {
    vav_faces *found;
    vav_face one = VAV_FACE_INIT;
    vav_error *err;
    vav_template *templ;
    uint32_t width = 0, height = 0;
    size_t chosen = 99;
    CHECK(vav_detect(verifier, face.data, face.len, &found, NULL) == VAV_OK);
    CHECK(vav_faces_count(found) == 1 && vav_faces_get(found, 0, &one, NULL) == VAV_OK);
    CHECK(vav_faces_chosen(found, &chosen, NULL) == VAV_OK && chosen == 0);
    CHECK(vav_faces_image_size(found, &width, &height) == VAV_OK && one.x + one.width < (float)width + 50.0f);
    CHECK(FAILS(vav_faces_get(found, 1, &one, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_faces_get(found, 0, NULL, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_faces_chosen(found, NULL, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_extract_face(verifier, face.data, face.len, found, 1, &templ, &err), VAV_INVALID_ARGUMENT) && templ == NULL);
    /* Faces of one photo on another, which is blank: nonsense, but no crash. */
    CHECK(vav_extract_face(verifier, blank.data, blank.len, found, 0, &templ, NULL) == VAV_OK);
    vav_template_free(templ);
    vav_faces_free(found);
}

static void settings(void) {
    vav_config *config = vav_config_new();
    vav_verifier *made;
    vav_error *err;
    CHECK(vav_config_set_engine(config, 3) == VAV_INVALID_ARGUMENT);
    CHECK(vav_config_set_engine(config, -1) == VAV_INVALID_ARGUMENT);
    CHECK(vav_config_set_face_policy(config, 1000) == VAV_INVALID_ARGUMENT);
    CHECK(vav_config_set_workers(config, 0) == VAV_OK);
    CHECK(FAILS(vav_verifier_new(config, &made, &err), VAV_INVALID_ARGUMENT) && made == NULL);
    CHECK(vav_config_set_workers(config, 1) == VAV_OK && vav_config_set_threshold(config, 101.0f) == VAV_OK);
    CHECK(FAILS(vav_verifier_new(config, &made, &err), VAV_INVALID_ARGUMENT));
    CHECK(vav_config_set_threshold(config, 27.0f) == VAV_OK);
    CHECK(vav_config_set_models(config, "/nowhere") == VAV_OK);
    CHECK(vav_verifier_new(config, &made, &err) == VAV_MODEL_NOT_FOUND && vav_error_stage(err) == VAV_STAGE_SETUP);
    vav_error_free(err);
    CHECK(vav_config_set_models(config, NULL) == VAV_OK);
    CHECK(vav_config_set_onnxruntime(config, "/nowhere/libonnxruntime.so") == VAV_OK);
    CHECK(FAILS(vav_verifier_new(config, &made, &err), VAV_ENGINE_UNAVAILABLE) && made == NULL);
    vav_config_free(config);
}

static void versions(void) {
    char text[32];
    snprintf(text, sizeof text, "%d.%d.%d", VAV_VERSION_MAJOR, VAV_VERSION_MINOR, VAV_VERSION_PATCH);
    CHECK(strcmp(vav_version(), text) == 0);
    CHECK(vav_version_number() == VAV_VERSION_MAJOR * 1000000 + VAV_VERSION_MINOR * 1000 + VAV_VERSION_PATCH);
    CHECK(strcmp(vav_status_name(VAV_NO_FACE), "NO_FACE") == 0 && strcmp(vav_status_name(VAV_OK), "OK") == 0);
    CHECK(strcmp(vav_status_name(-5), "UNKNOWN") == 0);
}

int main(int argc, char **argv) {
    if (argc < 2) return 2;
    versions();
    null_is_an_error_or_nothing();
    settings();
    face = load(argv[1], "hopper-128.png");
    blank = load(argv[1], "gray.png");
    vav_config *config = engine_config();
    CHECK(vav_config_set_workers(config, 1) == VAV_OK);
    verifier = make_verifier(config);
    null_one_by_one();
    sizes_of_structs();
    wrong_pixels();
    templates();
    if (argc == 2) {
        struct_of_a_later_header();
        faces();
    }
    vav_verifier_free(verifier);
    free(face.data);
    free(blank.data);
    return done("misuse");
}
