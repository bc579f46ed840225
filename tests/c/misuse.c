/* misuse IMAGES [brief]: every misuse of the library gives a status, never a crash.
 *
 * `brief` omits what takes long: under valgrind, running a network takes a minute. */
#include "check.h"

static vav_verifier *verifier;
static blob face_file, blank_file;
static vav_photo face, blank;

/* Whether the call and its error object have this status. Frees the error object. */
static int fails(vav_status status, vav_error *err, vav_status expected) {
    int as_expected = status == expected && vav_error_status(err) == expected && vav_error_message(err)[0] != 0;
    if (!as_expected)
        fprintf(stderr, "%s instead of %s: %s\n", vav_status_name(status), vav_status_name(expected),
                vav_error_message(err));
    vav_error_free(err);
    return as_expected;
}

/* Arguments are evaluated in any order; `err` must be read after the call. */
static vav_status last;
#define FAILS(call, expected) (last = (call), fails(last, err, expected))

static int brief;

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
    CHECK(vav_config_set_max_decode_bytes(NULL, 1) == VAV_INVALID_ARGUMENT);
    CHECK(vav_config_set_search(NULL, VAV_SEARCH_QUICK) == VAV_INVALID_ARGUMENT);
    CHECK(vav_config_set_deadline(NULL, 1) == VAV_INVALID_ARGUMENT);
    CHECK(vav_error_status(NULL) == VAV_OK && vav_error_side(NULL) == VAV_SIDE_NONE);
    CHECK(vav_error_advice(NULL) == 0 && vav_error_stage(NULL) == VAV_STAGE_NONE && strcmp(vav_error_message(NULL), "") == 0);
    CHECK(vav_faces_count(NULL) == 0 && vav_template_size(NULL) == 0 && vav_template_is_failed(NULL) == 0);
    CHECK(vav_verifier_engine(NULL) == -1 && strcmp(vav_verifier_engine_version(NULL), "") == 0);
    CHECK(strcmp(vav_verifier_fallback_reason(NULL), "") == 0 && strcmp(vav_verifier_extractor_id(NULL), "") == 0);
    CHECK(vav_verifier_new(NULL, NULL, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_verify(NULL, NULL, NULL, NULL, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_detect(NULL, NULL, NULL, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_extract(NULL, NULL, NULL, NULL, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_extract_face(NULL, NULL, NULL, 0, NULL, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_enroll(NULL, NULL, 0, NULL, NULL, NULL) == VAV_INVALID_ARGUMENT && vav_error_index(NULL) == -1);
    CHECK(vav_compare(NULL, NULL, NULL, NULL, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_verifier_with_deadline(NULL, 1, 0, NULL, NULL) == VAV_INVALID_ARGUMENT);
    vav_verifier_cancel(NULL);
    CHECK(vav_rank(NULL, NULL, NULL, 0, NULL, 0, NULL, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_verifier_settings(NULL, NULL, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_score_from_similarity(NULL, 0.0f, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_template_vector(NULL, NULL) == NULL && strcmp(vav_verifier_detector_id(NULL), "") == 0);
    CHECK(vav_faces_get(NULL, 0, NULL, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_faces_chosen(NULL, NULL, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_faces_image_size(NULL, NULL, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_template_to_bytes(NULL, NULL, 0, NULL) == VAV_INVALID_ARGUMENT);
    CHECK(vav_template_from_bytes(NULL, 0, NULL, NULL) == VAV_INVALID_ARGUMENT);
}

/* A photo of `len` bytes at `data`, whatever they are. */
static vav_photo some(const void *data, size_t len) {
    vav_photo photo = VAV_PHOTO_ENCODED(data, len);
    return photo;
}

static void null_one_by_one(void) {
    vav_result result = VAV_RESULT_INIT;
    vav_error *err;
    vav_template *templ;
    vav_faces *faces;
    const vav_photo null = some(NULL, 7), none = some(NULL, 0), endless = some(face.data, (size_t)-1);
    const vav_photo empty = some(face.data, 0);
    CHECK(FAILS(vav_verify(NULL, &face, &face, &result, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_verify(verifier, NULL, &face, &result, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_verify(verifier, &face, NULL, &result, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_verify(verifier, &null, &face, &result, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_verify(verifier, &face, &null, &result, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_verify(verifier, &face, &face, NULL, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_verify(verifier, &endless, &face, &result, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_verify(verifier, &none, &null, &result, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_verify(verifier, &none, &face, &result, &err), VAV_EMPTY_IMAGE));
    CHECK(FAILS(vav_detect(verifier, &empty, &faces, &err), VAV_EMPTY_IMAGE) && faces == NULL);
    /* Handles are NULL after a failure, although the variables were not initialised. */
    CHECK(FAILS(vav_extract(verifier, &null, &templ, NULL, &err), VAV_INVALID_ARGUMENT) && templ == NULL);
    CHECK(FAILS(vav_detect(NULL, &face, &faces, &err), VAV_INVALID_ARGUMENT) && faces == NULL);
    CHECK(FAILS(vav_detect(verifier, NULL, &faces, &err), VAV_INVALID_ARGUMENT) && faces == NULL);
    CHECK(FAILS(vav_detect(verifier, &face, NULL, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_template_from_bytes(NULL, 9, &templ, &err), VAV_INVALID_ARGUMENT) && templ == NULL);
    CHECK(FAILS(vav_extract_face(verifier, &face, NULL, 0, &templ, &err), VAV_INVALID_ARGUMENT));
}

static void wrong_enrolments(void) {
    const vav_photo *photos[2] = { NULL, &face };
    vav_enrolled seen[2];
    vav_template *templ;
    vav_error *err;
    CHECK(FAILS(vav_enroll(NULL, photos, 2, &templ, seen, &err), VAV_INVALID_ARGUMENT) && templ == NULL);
    CHECK(FAILS(vav_enroll(verifier, NULL, 2, &templ, seen, &err), VAV_INVALID_ARGUMENT) && templ == NULL);
    CHECK(FAILS(vav_enroll(verifier, NULL, 0, &templ, NULL, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_enroll(verifier, photos, 2, NULL, seen, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_enroll(verifier, photos, (size_t)-1, &templ, seen, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_enroll(verifier, photos, VAV_MAX_ENROLLED + 1, &templ, seen, &err), VAV_INVALID_ARGUMENT));
    CHECK(vav_enroll(verifier, photos, 2, &templ, NULL, &err) == VAV_INVALID_ARGUMENT && vav_error_index(err) == 0);
    vav_error_free(err);
    if (brief) return;
    photos[0] = &blank;
    CHECK(vav_enroll(verifier, photos, 1, &templ, NULL, &err) != VAV_OK && vav_error_index(err) == 0);
    vav_error_free(err);
}

static void sizes_of_structs(void) {
    static const size_t wrong[] = { 0, 1, sizeof(size_t), sizeof(vav_photo) - 1, 5000, (size_t)-1 };
    vav_error *err;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        vav_result result = VAV_RESULT_INIT;
        vav_photo photo = face;
        vav_template *templ;
        result.struct_size = photo.struct_size = wrong[i];
        CHECK(FAILS(vav_verify(verifier, &face, &face, &result, &err), VAV_INVALID_ARGUMENT));
        CHECK(result.struct_size == wrong[i] && result.score == 0.0f);
        CHECK(FAILS(vav_extract(verifier, &photo, &templ, NULL, &err), VAV_INVALID_ARGUMENT) && templ == NULL);
    }
}

/* A program built with a later header: members unknown to this library are unchanged in outputs and must be 0 in inputs. */
static void structs_of_a_later_header(void) {
    struct {
        vav_result known;
        uint32_t later[8];
    } result = { VAV_RESULT_INIT, { 7, 7, 7, 7, 7, 7, 7, 7 } };
    struct {
        vav_photo known;
        uint32_t later[8];
    } photo = { VAV_PHOTO_ENCODED(face_file.data, face_file.len), { 0, 0, 0, 0, 0, 0, 0, 0 } };
    vav_error *err;
    result.known.struct_size = sizeof result;
    photo.known.struct_size = sizeof photo;
    CHECK(vav_verify(verifier, &photo.known, &photo.known, &result.known, NULL) == VAV_OK);
    CHECK(result.known.is_match == 1 && result.known.struct_size == sizeof result && result.later[0] == 7);
    photo.later[7] = 1;
    CHECK(FAILS(vav_verify(verifier, &photo.known, &photo.known, &result.known, &err), VAV_INVALID_ARGUMENT));
}

static void wrong_photos(void) {
    static uint8_t data[300];
    const vav_photo right = VAV_PHOTO_PIXELS(data, sizeof data, 10, 10, 30, VAV_FORMAT_RGB8);
    enum { ARGUMENTS = 5, WRONG = 16 };
    vav_photo wrong[WRONG];
    vav_error *err;
    vav_faces *faces;
    for (int i = 0; i < WRONG; i++) wrong[i] = right;
    wrong[0].data = NULL;
    wrong[1].format = 99;
    wrong[2].format = -1;
    wrong[3].flags = 4;
    wrong[4].reserved = 1;
    wrong[5].len = 299;
    wrong[6].stride = 29;
    wrong[7].stride = (size_t)-1;
    wrong[8].height = 70000;
    /* Without a stride the length must be that of all rows: a longer buffer may have gaps between them. */
    wrong[9].stride = 0, wrong[9].height = 9;
    wrong[10].stride = 0, wrong[10].height = 11;
    wrong[11].width = 0;
    wrong[12].rotation = 45;
    wrong[13].colour_offset = 100;
    wrong[14].format = VAV_FORMAT_NV12;
    wrong[15].format = VAV_FORMAT_I420, wrong[15].colour_offset = (size_t)-1;
    for (int i = 0; i < WRONG; i++) {
        vav_status expected = i < ARGUMENTS ? VAV_INVALID_ARGUMENT : VAV_INVALID_PIXELS;
        vav_result result = VAV_RESULT_INIT;
        CHECK(FAILS(vav_detect(verifier, &wrong[i], &faces, &err), expected) && faces == NULL);
        /* A search for a face in the valid photo runs many networks. */
        if (brief) continue;
        CHECK(vav_verify(verifier, &wrong[i], &right, &result, &err) == expected);
        CHECK(vav_error_side(err) == VAV_SIDE_PROBE);
        vav_error_free(err);
        /* The valid photo shows no face, but unreadable pixels are reported first. */
        CHECK(vav_verify(verifier, &right, &wrong[i], &result, &err) == expected);
        CHECK(vav_error_side(err) == VAV_SIDE_REFERENCE);
        vav_error_free(err);
    }
}

static void files(const char *folder) {
    char path[4096];
    vav_photo photo = VAV_PHOTO_FILE(path), nowhere = VAV_PHOTO_FILE("/nowhere/photo.jpg"), null = VAV_PHOTO_FILE(NULL);
    vav_photo directory = VAV_PHOTO_FILE(folder);
    vav_faces *found;
    vav_error *err;
    snprintf(path, sizeof path, "%s/hopper-128.png", folder);
    CHECK(vav_detect(verifier, &photo, &found, NULL) == VAV_OK && vav_faces_count(found) == 1);
    vav_faces_free(found);
    CHECK(FAILS(vav_detect(verifier, &nowhere, &found, &err), VAV_FILE_UNREADABLE) && found == NULL);
    CHECK(FAILS(vav_detect(verifier, &directory, &found, &err), VAV_FILE_UNREADABLE));
    CHECK(FAILS(vav_detect(verifier, &null, &found, &err), VAV_INVALID_ARGUMENT));
}

/* A template with a valid checksum, but made by another model. */
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

/* One template against stored ones that are contiguous in memory of exactly their length. */
static void ranks(const vav_template *made, const vav_template *failed) {
    const size_t size = vav_template_size(made), count = 5;
    uint8_t *stored = malloc(count * size);
    vav_ranked best[5];
    vav_error *err;
    size_t found = 99, dimensions = 99;
    float score = -1.0f;
    for (size_t i = 0; i < count; i++) CHECK(vav_template_to_bytes(made, stored + i * size, size, NULL) == VAV_OK);
    CHECK(vav_rank(verifier, made, stored, count * size, best, 5, &found, &err) == VAV_OK && err == NULL && found == 5);
    for (size_t i = 0; i < count; i++) CHECK(best[i].index == i && best[i].is_match == 1 && best[i].flags == 0);
    CHECK(best[4].similarity == 1.0f && vav_score_from_similarity(verifier, 1.0f, &score) == VAV_OK && score == best[4].score);
    CHECK(vav_rank(verifier, made, stored, count * size, best, 2, &found, NULL) == VAV_OK && found == 2);
    CHECK(vav_rank(verifier, made, stored, count * size, NULL, 0, &found, NULL) == VAV_OK && found == 0);
    CHECK(vav_rank(verifier, made, NULL, 0, best, 5, &found, NULL) == VAV_OK && found == 0);
    CHECK(FAILS(vav_rank(verifier, made, NULL, size, best, 5, &found, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_rank(verifier, made, stored, size, NULL, 1, &found, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_rank(verifier, made, stored, size, best, (size_t)-1, &found, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_rank(verifier, made, stored, size, best, 1, NULL, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_rank(verifier, NULL, stored, size, best, 1, &found, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_rank(NULL, made, stored, size, best, 1, &found, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_rank(verifier, failed, stored, size, best, 1, &found, &err), VAV_TEMPLATE_FAILED));
    for (size_t cut = 1; cut < size; cut += 1 + cut / 16)
        CHECK(FAILS(vav_rank(verifier, made, stored, size + cut, best, 5, &found, &err), VAV_TEMPLATE_MALFORMED));
    CHECK(vav_template_to_bytes(failed, stored + size, size, NULL) == VAV_OK);
    const size_t both = size + vav_template_size(failed);
    CHECK(vav_rank(verifier, made, stored, both, best, 5, &found, &err) == VAV_TEMPLATE_FAILED);
    CHECK(vav_error_side(err) == VAV_SIDE_REFERENCE && vav_error_stage(err) == VAV_STAGE_COMPARE);
    CHECK(strstr(vav_error_message(err), "index 1") != NULL);
    vav_error_free(err);
    free(stored);
    /* The vector has length one. */
    const float *vector = vav_template_vector(made, &dimensions);
    double length = 0.0;
    for (size_t i = 0; i < dimensions; i++) length += (double)vector[i] * (double)vector[i];
    CHECK(dimensions == 192 && length > 0.999 && length < 1.001);
    CHECK(vav_template_vector(failed, &dimensions) == NULL && dimensions == 0);
    CHECK(vav_score_from_similarity(verifier, 1.5f, &score) == VAV_INVALID_ARGUMENT);
    CHECK(vav_score_from_similarity(verifier, (float)strtod("nan", NULL), &score) == VAV_INVALID_ARGUMENT);
    CHECK(vav_score_from_similarity(verifier, 0.5f, NULL) == VAV_INVALID_ARGUMENT);
}

static void templates(void) {
    vav_template *made, *other, *failed = vav_template_new_failed();
    vav_result result = VAV_RESULT_INIT;
    vav_error *err;
    vav_sample seen = VAV_SAMPLE_INIT;
    CHECK(vav_extract(verifier, &face, &made, &seen, &err) == VAV_OK && err == NULL);
    CHECK(seen.face.bounds.width > 20.0f && seen.face.confidence > 0.9f);
    CHECK(seen.face.landmarks[0].x < seen.face.landmarks[1].x && seen.width == 128 && seen.height == 128);
    CHECK(seen.face_count == 1 && seen.advice == VAV_ADVICE_TOO_SMALL && seen.decode_ms > 0.0f);
    CHECK(seen.detect_ms > 0.0f && seen.extract_ms > 0.0f);
    CHECK(seen.face.flags == 0 && seen.face.quality.sharpness == 0.0f);
    size_t size = vav_template_size(made);
    uint8_t *bytes = malloc(size);
    CHECK(vav_template_to_bytes(made, bytes, size, NULL) == VAV_OK);
    CHECK(FAILS(vav_template_to_bytes(made, bytes, size - 1, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_template_to_bytes(made, NULL, size, &err), VAV_INVALID_ARGUMENT));
    CHECK(vav_template_from_bytes(bytes, size, &other, NULL) == VAV_OK);
    CHECK(vav_compare(verifier, made, other, &result, NULL) == VAV_OK && result.similarity > 0.9999f);
    CHECK(result.is_match == 1 && result.flags == 0);
    vav_template_free(other);
    /* Truncated anywhere, damaged anywhere, or not a template at all. */
    for (size_t len = 0; len < size; len += 1 + len / 16)
        CHECK(FAILS(vav_template_from_bytes(bytes, len, &other, &err), VAV_TEMPLATE_MALFORMED));
    for (size_t at = 0; at < size; at += 1 + at / 16) {
        bytes[at] ^= 1;
        CHECK(FAILS(vav_template_from_bytes(bytes, size, &other, &err), VAV_TEMPLATE_MALFORMED));
        bytes[at] ^= 1;
    }
    CHECK(FAILS(vav_template_from_bytes(face_file.data, face_file.len, &other, &err), VAV_TEMPLATE_MALFORMED));
    CHECK(other == NULL);
    /* A failure to extract has no score on either side, before and after storage. */
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
    ranks(made, failed);
    vav_template_free(failed);
    vav_template_free(made);
    free(bytes);
}

static int same_quality(const vav_face *one, const vav_face *other) {
    return one->flags == VAV_QUALITY_MEASURED && other->flags == VAV_QUALITY_MEASURED &&
           one->quality.inter_eye_distance > 10.0f && one->quality.sharpness > 0.0f &&
           memcmp(&one->quality, &other->quality, sizeof one->quality) == 0;
}

/* Measured only on request, and the same from every function. */
static void quality(void) {
    const vav_photo asked = with_quality(face);
    vav_result result = VAV_RESULT_INIT;
    vav_sample seen = VAV_SAMPLE_INIT;
    vav_face one = VAV_FACE_INIT;
    vav_faces *found;
    vav_template *made;
    CHECK(vav_verify(verifier, &asked, &face, &result, NULL) == VAV_OK && result.is_match == 1);
    CHECK(result.reference.face.flags == 0 && result.reference.face.quality.sharpness == 0.0f);
    CHECK(vav_extract(verifier, &asked, &made, &seen, NULL) == VAV_OK);
    CHECK(same_quality(&result.probe.face, &seen.face));
    CHECK(vav_detect(verifier, &asked, &found, NULL) == VAV_OK && vav_faces_get(found, 0, &one, NULL) == VAV_OK);
    CHECK(same_quality(&one, &seen.face));
    vav_template_free(made);
    vav_faces_free(found);
    /* A dark picture without a face: the error says what to improve. */
    static uint8_t black[64 * 64];
    const vav_photo dark = VAV_PHOTO_PIXELS(black, sizeof black, 64, 64, 0, VAV_FORMAT_GRAY8);
    vav_error *err;
    CHECK(vav_extract(verifier, &dark, &made, NULL, &err) == VAV_NO_FACE);
    CHECK((vav_error_advice(err) & VAV_ADVICE_TOO_DARK) != 0);
    vav_error_free(err);
    CHECK(result.probe.width == 128 && result.probe.face_count == 1 && result.reference.extract_ms > 0.0f);
}

/* Camera frames with odd sides, in blocks of exactly their length, so that valgrind detects a read beyond the end. */
static void frames(const vav_faces *found) {
    static const struct {
        int format;
        size_t len;
    } kinds[] = { { VAV_FORMAT_NV12, 33 * 21 + 34 * 11 },
                  { VAV_FORMAT_NV21, 33 * 21 + 34 * 11 },
                  { VAV_FORMAT_I420, 33 * 21 + 2 * 17 * 11 },
                  { VAV_FORMAT_YUYV, 4 * 17 * 21 } };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        uint8_t *data = (uint8_t *)calloc(kinds[i].len, 1);
        vav_photo frame = VAV_PHOTO_PIXELS(data, kinds[i].len, 33, 21, 0, kinds[i].format);
        vav_template *templ;
        frame.rotation = 90 * (uint32_t)i;
        CHECK(vav_extract_face(verifier, &frame, found, 0, &templ, NULL) == VAV_OK);
        vav_template_free(templ);
        frame.len--;
        CHECK(vav_extract_face(verifier, &frame, found, 0, &templ, NULL) == VAV_INVALID_PIXELS);
        free(data);
    }
}

static void faces(void) {
    vav_faces *found;
    vav_face one = VAV_FACE_INIT;
    vav_error *err;
    vav_template *templ;
    uint32_t width = 0, height = 0;
    size_t chosen = 99;
    CHECK(vav_detect(verifier, &face, &found, NULL) == VAV_OK);
    CHECK(vav_faces_count(found) == 1 && vav_faces_get(found, 0, &one, NULL) == VAV_OK && one.flags == 0);
    CHECK(vav_faces_chosen(found, &chosen, NULL) == VAV_OK && chosen == 0);
    CHECK(vav_faces_image_size(found, &width, &height) == VAV_OK);
    CHECK(one.bounds.x + one.bounds.width < (float)width + 50.0f);
    CHECK(FAILS(vav_faces_get(found, 1, &one, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_faces_get(found, 0, NULL, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_faces_chosen(found, NULL, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_extract_face(verifier, &face, found, 1, &templ, &err), VAV_INVALID_ARGUMENT) && templ == NULL);
    /* A face of one photo, extracted from a blank one: meaningless, but no crash. */
    CHECK(vav_extract_face(verifier, &blank, found, 0, &templ, NULL) == VAV_OK);
    vav_template_free(templ);
    frames(found);
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

/* A cancelled verifier stays cancelled; the one that it was made from still works. */
static void calls_end_early(void) {
    vav_verifier *limited;
    vav_faces *found;
    vav_error *err;
    vav_settings given = VAV_SETTINGS_INIT;
    CHECK(FAILS(vav_verifier_with_deadline(NULL, 0, 0, &limited, &err), VAV_INVALID_ARGUMENT) && limited == NULL);
    CHECK(FAILS(vav_verifier_with_deadline(verifier, 0, 0, NULL, &err), VAV_INVALID_ARGUMENT));
    CHECK(FAILS(vav_verifier_with_deadline(verifier, 0, 2, &limited, &err), VAV_INVALID_ARGUMENT) && limited == NULL);
    CHECK(vav_verifier_with_deadline(verifier, 3600000, VAV_DO_NOT_WAIT, &limited, &err) == VAV_OK && err == NULL);
    CHECK(vav_verifier_settings(limited, &given, NULL) == VAV_OK && given.deadline == 3600000);
    CHECK(vav_detect(limited, &face, &found, NULL) == VAV_OK);
    vav_faces_free(found);
    vav_verifier_cancel(limited);
    CHECK(FAILS(vav_detect(limited, &face, &found, &err), VAV_DEADLINE_EXCEEDED) && found == NULL);
    vav_verifier_free(limited);
    CHECK(vav_detect(verifier, &face, &found, NULL) == VAV_OK);
    vav_faces_free(found);
}

/* Every setting can be read back. */
static void settings_read_back(void) {
    vav_settings given = VAV_SETTINGS_INIT;
    vav_config *config = vav_config_new();
    vav_verifier *made;
    vav_error *err;
    CHECK(vav_verifier_settings(verifier, &given, NULL) == VAV_OK && given.struct_size == sizeof given);
    CHECK(given.threshold == 27.0f && given.max_bytes == (size_t)1 << 26 && given.max_pixels == 50000000);
    CHECK(given.max_decode_bytes == (uint64_t)160 << 20 && given.deadline == 0 && strcmp(given.models, "") == 0);
    CHECK((strcmp(given.onnxruntime, "") == 0) == (vav_verifier_engine(verifier) == VAV_ENGINE_EMBEDDED));
    CHECK(strcmp(vav_verifier_detector_id(verifier), "") != 0);
    CHECK(vav_config_set_engine(config, VAV_ENGINE_EMBEDDED) == VAV_OK && vav_config_set_workers(config, 3) == VAV_OK);
    CHECK(vav_config_set_face_policy(config, VAV_FACE_SINGLE) == VAV_OK && vav_config_set_min_face(config, 7) == VAV_OK);
    CHECK(vav_config_set_search(config, VAV_SEARCH_THOROUGH) == VAV_OK && vav_config_set_deadline(config, 60000) == VAV_OK);
    CHECK(vav_verifier_new(config, &made, NULL) == VAV_OK && vav_verifier_settings(made, &given, NULL) == VAV_OK);
    CHECK(given.engine == VAV_ENGINE_EMBEDDED && given.workers == 3 && given.face_policy == VAV_FACE_SINGLE);
    CHECK(given.min_face == 7 && given.search == VAV_SEARCH_THOROUGH && given.deadline == 60000);
    given.struct_size = 8;
    CHECK(FAILS(vav_verifier_settings(made, &given, &err), VAV_INVALID_ARGUMENT));
    vav_verifier_free(made);
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
    brief = argc > 2;
    versions();
    null_is_an_error_or_nothing();
    settings();
    face_file = load(argv[1], "hopper-128.png");
    blank_file = load(argv[1], "gray.png");
    face = encoded(face_file);
    blank = encoded(blank_file);
    vav_config *config = engine_config();
    CHECK(vav_config_set_workers(config, 1) == VAV_OK);
    verifier = make_verifier(config);
    null_one_by_one();
    wrong_enrolments();
    sizes_of_structs();
    wrong_photos();
    templates();
    if (!brief) {
        structs_of_a_later_header();
        quality();
        files(argv[1]);
        faces();
        settings_read_back();
        calls_end_early();
    }
    vav_verifier_free(verifier);
    free(face_file.data);
    free(blank_file.data);
    return done("misuse");
}
