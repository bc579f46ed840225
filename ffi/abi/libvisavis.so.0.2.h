#ifndef VISAVIS_H
#define VISAVIS_H
#include <stddef.h>
#include <stdint.h>
/* For programs that hide their own symbols. */
#ifdef __GNUC__
#pragma GCC visibility push(default)
#define VAV_POP_VISIBILITY
#endif
#ifndef VAV_MUST_USE
#if defined(__cplusplus) && __cplusplus >= 201703L
#define VAV_MUST_USE [[nodiscard]]
#elif defined(__GNUC__)
#define VAV_MUST_USE __attribute__((warn_unused_result))
#else
#define VAV_MUST_USE
#endif
#endif
#define VAV_PHOTO_ENCODED(data, len) { sizeof(vav_photo), (data), (len), 0, 0, 0, VAV_FORMAT_ENCODED, 0, 0, 0, 0 }
#define VAV_PHOTO_FILE(path) { sizeof(vav_photo), (path), 0, 0, 0, 0, VAV_FORMAT_FILE, 0, 0, 0, 0 }
#define VAV_PHOTO_PIXELS(data, len, width, height, stride, format) \
    { sizeof(vav_photo), (data), (len), (stride), (width), (height), (format), 0, 0, 0, 0 }
#define VAV_RESULT_INIT { sizeof(vav_result), 0, 0, 0, 0, VAV_SAMPLE_INIT, VAV_SAMPLE_INIT }
#define VAV_SETTINGS_INIT { sizeof(vav_settings), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
#define VAV_SAMPLE_INIT { VAV_FACE_INIT, 0, 0, 0, 0, 0, 0, 0, { 0 } }
#define VAV_FACE_INIT \
    { { 0, 0, 0, 0 }, { { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 } }, 0, 0, \
      { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, { 0, 0, 0, 0 } } }
#define VAV_MAX_ENROLLED 16
#define VAV_COMPARED 1
#define VAV_QUALITY_MEASURED 1
#define VAV_MEASURE_QUALITY 1
#define VAV_FULL_RANGE 2
#define VAV_DO_NOT_WAIT 1
#define VAV_VERSION_MAJOR 0
#define VAV_VERSION_MINOR 2
#define VAV_VERSION_PATCH 0
typedef enum {
    VAV_OK = 0,
    VAV_INVALID_ARGUMENT = 1,
    VAV_INVALID_PIXELS = 2,
    VAV_TEMPLATE_MALFORMED = 3,
    VAV_TEMPLATE_MISMATCH = 4,
    VAV_TEMPLATE_FAILED = 5,
    VAV_FILE_UNREADABLE = 6,
    VAV_DEADLINE_EXCEEDED = 7,
    VAV_EMPTY_IMAGE = 20,
    VAV_UNSUPPORTED_FORMAT = 21,
    VAV_CORRUPT_IMAGE = 22,
    VAV_IMAGE_TOO_LARGE = 23,
    VAV_NO_FACE = 40,
    VAV_SEVERAL_FACES = 41,
    VAV_FACE_TOO_SMALL = 42,
    VAV_MODEL_NOT_FOUND = 60,
    VAV_MODEL_INVALID = 61,
    VAV_MODEL_HASH_MISMATCH = 62,
    VAV_ENGINE_UNAVAILABLE = 63,
    VAV_ENGINE_INCOMPATIBLE = 64,
    VAV_OUT_OF_MEMORY = 65,
    VAV_INTERNAL = 98,
    VAV_PANIC = 99,
    VAV_STATUS_MAX = 2147483647,
} vav_status;
typedef enum {
    VAV_SIDE_NONE = 0,
    VAV_SIDE_PROBE = 1,
    VAV_SIDE_REFERENCE = 2,
    VAV_SIDE_MAX = 2147483647,
} vav_side;
typedef enum {
    VAV_STAGE_NONE = 0,
    VAV_STAGE_SETUP = 1,
    VAV_STAGE_DECODE = 2,
    VAV_STAGE_DETECT = 3,
    VAV_STAGE_CHOOSE = 4,
    VAV_STAGE_EXTRACT = 5,
    VAV_STAGE_COMPARE = 6,
    VAV_STAGE_MAX = 2147483647,
} vav_stage;
typedef enum {
    VAV_ENGINE_AUTO = 0,
    VAV_ENGINE_ONNXRUNTIME = 1,
    VAV_ENGINE_EMBEDDED = 2,
} vav_engine;
typedef enum {
    VAV_FACE_PROMINENT = 0,
    VAV_FACE_LARGEST = 1,
    VAV_FACE_SINGLE = 2,
} vav_face_policy;
typedef enum {
    VAV_SEARCH_QUICK = 0,
    VAV_SEARCH_NORMAL = 1,
    VAV_SEARCH_THOROUGH = 2,
} vav_search;
typedef enum {
    VAV_FORMAT_ENCODED = 0,
    VAV_FORMAT_FILE = 1,
    VAV_FORMAT_RGB8 = 16,
    VAV_FORMAT_BGR8 = 17,
    VAV_FORMAT_RGBA8 = 18,
    VAV_FORMAT_BGRA8 = 19,
    VAV_FORMAT_GRAY8 = 20,
    VAV_FORMAT_NV12 = 21,
    VAV_FORMAT_NV21 = 22,
    VAV_FORMAT_I420 = 23,
    VAV_FORMAT_YUYV = 24,
} vav_format;
typedef enum {
    VAV_ADVICE_TOO_SMALL = 1,
    VAV_ADVICE_BLURRED = 2,
    VAV_ADVICE_TOO_DARK = 4,
    VAV_ADVICE_TOO_BRIGHT = 8,
    VAV_ADVICE_TURNED_AWAY = 16,
    VAV_ADVICE_TILTED = 32,
    VAV_ADVICE_COVERED = 64,
    VAV_ADVICE_SEVERAL_FACES = 128,
} vav_advice;
typedef struct vav_config vav_config;
typedef struct vav_error vav_error;
typedef struct vav_faces vav_faces;
typedef struct vav_template vav_template;
typedef struct vav_verifier vav_verifier;
typedef struct {
    size_t struct_size;
    const void *data;
    size_t len;
    size_t stride;
    uint32_t width;
    uint32_t height;
    int32_t format;
    uint32_t flags;
    size_t colour_offset;
    uint32_t rotation;
    uint32_t reserved;
} vav_photo;
typedef struct {
    float x;
    float y;
    float width;
    float height;
} vav_rect;
typedef struct {
    float x;
    float y;
} vav_point;
typedef struct {
    float inter_eye_distance;
    float sharpness;
    float brightness;
    float contrast;
    float under_exposure;
    float over_exposure;
    float dynamic_range;
    float illumination_uniformity;
    float yaw;
    float pitch;
    float roll;
    uint32_t advice;
    float reserved[4];
} vav_quality;
typedef struct {
    vav_rect bounds;
    vav_point landmarks[5];
    float confidence;
    uint32_t flags;
    vav_quality quality;
} vav_face;
typedef struct {
    vav_face face;
    uint32_t face_count;
    uint32_t width;
    uint32_t height;
    float decode_ms;
    float detect_ms;
    float extract_ms;
    uint32_t advice;
    uint32_t reserved[1];
} vav_sample;
typedef struct {
    vav_sample sample;
    float similarity;
    float score;
    int32_t is_match;
    uint32_t flags;
    uint32_t reserved[4];
} vav_enrolled;
typedef struct {
    size_t index;
    float similarity;
    float score;
    int32_t is_match;
    uint32_t flags;
} vav_ranked;
typedef struct {
    size_t struct_size;
    const char *onnxruntime;
    const char *models;
    size_t workers;
    size_t max_bytes;
    uint64_t max_pixels;
    uint64_t max_decode_bytes;
    int32_t engine;
    int32_t face_policy;
    int32_t search;
    uint32_t min_face;
    float threshold;
    uint32_t deadline;
} vav_settings;
typedef struct {
    size_t struct_size;
    float similarity;
    float score;
    int32_t is_match;
    uint32_t flags;
    vav_sample probe;
    vav_sample reference;
} vav_result;
#ifdef __cplusplus
extern "C" {
#endif // __cplusplus
VAV_MUST_USE vav_config *vav_config_new(void);
void vav_config_free(vav_config *config);
VAV_MUST_USE vav_status vav_config_set_engine(vav_config *config, int32_t engine);
VAV_MUST_USE
vav_status vav_config_set_onnxruntime(vav_config *config,
                                      const char *library);
VAV_MUST_USE vav_status vav_config_set_models(vav_config *config, const char *folder);
VAV_MUST_USE vav_status vav_config_set_workers(vav_config *config, size_t workers);
VAV_MUST_USE vav_status vav_config_set_face_policy(vav_config *config, int32_t policy);
VAV_MUST_USE vav_status vav_config_set_search(vav_config *config, int32_t search);
VAV_MUST_USE
vav_status vav_config_set_min_face(vav_config *config,
                                   uint32_t pixels);
VAV_MUST_USE
vav_status vav_config_set_threshold(vav_config *config,
                                    float score);
VAV_MUST_USE vav_status vav_config_set_max_bytes(vav_config *config, size_t bytes);
VAV_MUST_USE vav_status vav_config_set_max_pixels(vav_config *config, uint64_t pixels);
VAV_MUST_USE vav_status vav_config_set_max_decode_bytes(vav_config *config, uint64_t bytes);
VAV_MUST_USE vav_status vav_config_set_deadline(vav_config *config, uint32_t milliseconds);
VAV_MUST_USE
vav_status vav_enroll(const vav_verifier *verifier,
                      const vav_photo *const *photos,
                      size_t count,
                      vav_template **templ,
                      vav_enrolled *enrolled,
                      vav_error **err);
VAV_MUST_USE vav_status vav_error_status(const vav_error *error);
VAV_MUST_USE vav_side vav_error_side(const vav_error *error);
VAV_MUST_USE vav_stage vav_error_stage(const vav_error *error);
VAV_MUST_USE
int64_t vav_error_index(const vav_error *error);
VAV_MUST_USE uint32_t vav_error_advice(const vav_error *error);
VAV_MUST_USE const char *vav_error_message(const vav_error *error);
void vav_error_free(vav_error *error);
VAV_MUST_USE size_t vav_faces_count(const vav_faces *faces);
VAV_MUST_USE vav_status vav_faces_get(const vav_faces *faces, size_t index, vav_face *face, vav_error **err);
VAV_MUST_USE
vav_status vav_faces_chosen(const vav_faces *faces,
                            size_t *index,
                            vav_error **err);
VAV_MUST_USE vav_status vav_faces_image_size(const vav_faces *faces, uint32_t *width, uint32_t *height);
void vav_faces_free(vav_faces *faces);
VAV_MUST_USE
vav_status vav_rank(const vav_verifier *verifier,
                    const vav_template *probe,
                    const uint8_t *stored,
                    size_t len,
                    vav_ranked *ranked,
                    size_t capacity,
                    size_t *count,
                    vav_error **err);
VAV_MUST_USE
vav_status vav_verifier_settings(const vav_verifier *verifier,
                                 vav_settings *settings,
                                 vav_error **err);
VAV_MUST_USE
const char *vav_status_name(int32_t status);
VAV_MUST_USE
vav_template *vav_template_new_failed(void);
VAV_MUST_USE int32_t vav_template_is_failed(const vav_template *templ);
VAV_MUST_USE
const float *vav_template_vector(const vav_template *templ,
                                 size_t *dimensions);
VAV_MUST_USE
size_t vav_template_size(const vav_template *templ);
VAV_MUST_USE
vav_status vav_template_to_bytes(const vav_template *templ,
                                 uint8_t *buffer,
                                 size_t capacity,
                                 vav_error **err);
VAV_MUST_USE
vav_status vav_template_from_bytes(const uint8_t *data,
                                   size_t len,
                                   vav_template **templ,
                                   vav_error **err);
void vav_template_free(vav_template *templ);
VAV_MUST_USE vav_status vav_verifier_new(const vav_config *config, vav_verifier **verifier, vav_error **err);
VAV_MUST_USE
vav_status vav_verifier_with_deadline(const vav_verifier *verifier,
                                      uint32_t milliseconds,
                                      uint32_t flags,
                                      vav_verifier **limited,
                                      vav_error **err);
void vav_verifier_cancel(const vav_verifier *verifier);
VAV_MUST_USE int32_t vav_verifier_engine(const vav_verifier *verifier);
VAV_MUST_USE const char *vav_verifier_engine_version(const vav_verifier *verifier);
VAV_MUST_USE
const char *vav_verifier_fallback_reason(const vav_verifier *verifier);
VAV_MUST_USE
const char *vav_verifier_engine_warning(const vav_verifier *verifier);
VAV_MUST_USE
const char *vav_verifier_extractor_id(const vav_verifier *verifier);
VAV_MUST_USE const char *vav_verifier_detector_id(const vav_verifier *verifier);
VAV_MUST_USE
vav_status vav_score_from_similarity(const vav_verifier *verifier,
                                     float similarity,
                                     float *score);
VAV_MUST_USE
vav_status vav_verify(const vav_verifier *verifier,
                      const vav_photo *probe,
                      const vav_photo *reference,
                      vav_result *result,
                      vav_error **err);
VAV_MUST_USE
vav_status vav_detect(const vav_verifier *verifier,
                      const vav_photo *photo,
                      vav_faces **faces,
                      vav_error **err);
VAV_MUST_USE
vav_status vav_extract(const vav_verifier *verifier,
                       const vav_photo *photo,
                       vav_template **templ,
                       vav_sample *sample,
                       vav_error **err);
VAV_MUST_USE
vav_status vav_extract_face(const vav_verifier *verifier,
                            const vav_photo *photo,
                            const vav_faces *faces,
                            size_t index,
                            vav_template **templ,
                            vav_error **err);
VAV_MUST_USE
vav_status vav_compare(const vav_verifier *verifier,
                       const vav_template *probe,
                       const vav_template *reference,
                       vav_result *result,
                       vav_error **err);
void vav_verifier_free(vav_verifier *verifier);
VAV_MUST_USE const char *vav_version(void);
VAV_MUST_USE int32_t vav_version_number(void);
#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus
#endif  /* VISAVIS_H */
/* Only where this inclusion has pushed. */
#ifdef VAV_POP_VISIBILITY
#undef VAV_POP_VISIBILITY
#pragma GCC visibility pop
#endif
