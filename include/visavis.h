/* visavis.h - do these two photos show the same person?
 *
 * SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * Made by `cargo xtask header` from the sources in ffi/src. Not to be edited.
 *
 * OWNERSHIP
 *   What vav_x_new() and every `vav_x **` output give is yours: hand it to vav_x_free() once. vav_x_free(NULL)
 *   does nothing. Inputs are borrowed for the call only. Strings that are returned belong to the handle that they
 *   came from (or to the library, where they came from none), end with 0, and are never NULL.
 *
 * ERRORS
 *   Functions that can fail return a vav_status, VAV_OK being 0. Their last parameter, `err`, may be NULL; else
 *   *err becomes NULL on VAV_OK and an error object to free on anything else, whatever it held before. Outputs
 *   hold on VAV_OK only; output handles are NULL otherwise. Functions without `err` that return a vav_status fail
 *   with VAV_INVALID_ARGUMENT only, when a handle is NULL or a value is none of those listed.
 *   "Different people" is a result, never an error. Every argument may be NULL without harm: it is an error where
 *   it is needed. A defect of ours comes back as VAV_PANIC or VAV_INTERNAL; the process goes on.
 *
 * THREADS
 *   A `const vav_x *` may be used by any number of threads at once, a `vav_x *` by one at a time.
 *
 * FORK
 *   A config and a verifier may be made before fork() and used after it, in parent and children; a child starts
 *   workers of its own at its first call. While fork() runs, no other thread may be in a call of this library.
 *
 * STRUCTS WITH struct_size
 *   Start them with their VAV_..._INIT. They grow at their tail: an older program gets the members that it knows.
 *   Within one SONAME functions, members, constants and statuses are added, never changed or taken away.
 *
 * PRIVACY
 *   Nothing is logged, written or sent. Photos and templates are biometric data: keep your copies accordingly.
 */


#ifndef VISAVIS_H
#define VISAVIS_H

#include <stddef.h>
#include <stdint.h>

/// What a vav_result starts as: `vav_result result = VAV_RESULT_INIT;`
#define VAV_RESULT_INIT { sizeof(vav_result), 0.0f, 0.0f, 0, 0 }

/// What a vav_face starts as: `vav_face face = VAV_FACE_INIT;`
#define VAV_FACE_INIT \
    { sizeof(vav_face), 0.0f, 0.0f, 0.0f, 0.0f, { { 0.0f, 0.0f }, { 0.0f, 0.0f }, { 0.0f, 0.0f }, \
      { 0.0f, 0.0f }, { 0.0f, 0.0f } }, 0.0f, 0 }

/// The version that this header is of: changes that break programs.
#define VAV_VERSION_MAJOR 0

/// The version that this header is of: additions.
#define VAV_VERSION_MINOR 1

/// The version that this header is of: repairs.
#define VAV_VERSION_PATCH 0

/// What a function returns. Statuses are banded by who can mend the problem: 1-19 the caller, 20-39 whoever supplied
/// the image file, 40-59 whoever took the photo, 60-79 whoever installed the library, 98-99 we. New ones may be
/// added to every band.
typedef enum {
    /// It worked.
    VAV_OK = 0,
    /// An argument or a setting is outside its documented range.
    VAV_INVALID_ARGUMENT = 1,
    /// Raw pixels whose length, stride or size do not fit together.
    VAV_INVALID_PIXELS = 2,
    /// The bytes are not a template, or were damaged.
    VAV_TEMPLATE_MALFORMED = 3,
    /// Templates of different models cannot be compared.
    VAV_TEMPLATE_MISMATCH = 4,
    /// A template that records a failure to extract has no comparison score with any other.
    VAV_TEMPLATE_FAILED = 5,
    /// A photo's file is missing, is not a regular file, or cannot be read.
    VAV_FILE_UNREADABLE = 6,
    /// The image has no bytes at all.
    VAV_EMPTY_IMAGE = 20,
    /// The bytes are none of the image formats that are read.
    VAV_UNSUPPORTED_FORMAT = 21,
    /// The format was recognised, but the file is broken or cut short.
    VAV_CORRUPT_IMAGE = 22,
    /// More bytes, more pixels or a more extreme shape than the limits allow.
    VAV_IMAGE_TOO_LARGE = 23,
    /// No face was found.
    VAV_NO_FACE = 40,
    /// Several faces were found and the policy allows one only.
    VAV_SEVERAL_FACES = 41,
    /// The face is smaller than the minimum that was set.
    VAV_FACE_TOO_SMALL = 42,
    /// A model file or its manifest cannot be read.
    VAV_MODEL_NOT_FOUND = 60,
    /// A manifest or a model is not what this version can use.
    VAV_MODEL_INVALID = 61,
    /// A model file's SHA-256 is not the one in the manifest.
    VAV_MODEL_HASH_MISMATCH = 62,
    /// The inference engine that was asked for cannot be loaded.
    VAV_ENGINE_UNAVAILABLE = 63,
    /// The inference engine was found, but is too old or fails to start.
    VAV_ENGINE_INCOMPATIBLE = 64,
    /// A defect of the library, or of the inference engine while it ran.
    VAV_INTERNAL = 98,
    /// A panic that was caught at the border of the library.
    VAV_PANIC = 99,
} vav_status;

/// Which of two photos an error is about.
typedef enum {
    /// Neither, or it cannot be told.
    VAV_SIDE_NONE = 0,
    /// The live or current photo, whose identity is in question.
    VAV_SIDE_PROBE = 1,
    /// The stored photo that it is compared with.
    VAV_SIDE_REFERENCE = 2,
} vav_side;

/// Which step an error comes from.
typedef enum {
    /// None of the following: an argument was wrong.
    VAV_STAGE_NONE = 0,
    /// Loading models and engine.
    VAV_STAGE_SETUP = 1,
    /// From bytes to pixels.
    VAV_STAGE_DECODE = 2,
    /// From pixels to faces.
    VAV_STAGE_DETECT = 3,
    /// From faces to the face that counts.
    VAV_STAGE_CHOOSE = 4,
    /// From the face to a template.
    VAV_STAGE_EXTRACT = 5,
    /// From two templates to a comparison score.
    VAV_STAGE_COMPARE = 6,
} vav_stage;

/// Which engine computes.
typedef enum {
    /// ONNX Runtime when it can be loaded, else the embedded engine (default).
    VAV_ENGINE_AUTO = 0,
    /// ONNX Runtime, or VAV_ENGINE_UNAVAILABLE.
    VAV_ENGINE_ONNXRUNTIME = 1,
    /// The engine in this library: slower, always there.
    VAV_ENGINE_EMBEDDED = 2,
} vav_engine;

/// Which face counts when a photo shows several.
typedef enum {
    /// Large and near the middle of the photo (default).
    VAV_FACE_PROMINENT = 0,
    /// The largest.
    VAV_FACE_LARGEST = 1,
    /// The only one; several faces are VAV_SEVERAL_FACES.
    VAV_FACE_SINGLE = 2,
} vav_face_policy;

/// How the pixels of a vav_pixels are laid out, one byte a channel.
typedef enum {
    /// Red, green, blue.
    VAV_PIXELS_RGB8 = 0,
    /// Blue, green, red (the order of OpenCV).
    VAV_PIXELS_BGR8 = 1,
    /// Red, green, blue, alpha; laid over white.
    VAV_PIXELS_RGBA8 = 2,
    /// Blue, green, red, alpha; laid over white.
    VAV_PIXELS_BGRA8 = 3,
    /// One channel of brightness.
    VAV_PIXELS_GRAY8 = 4,
} vav_pixel_format;

/// Settings of a verifier. What is not set has its default. A number outside its range is told when the verifier is
/// made. One config may serve for any number of verifiers.
typedef struct vav_config vav_config;

/// Why a call failed. Never holds pixels or templates, so it may be logged.
typedef struct vav_error vav_error;

/// The faces of one photo, most confident first.
typedef struct vav_faces vav_faces;

/// What is kept of a face: comparable with templates of the same model. It is biometric data.
typedef struct vav_template vav_template;

/// Compares faces. Make one, keep it, and use it from all threads: as many photos as it has workers are processed at
/// once, further calls wait.
typedef struct vav_verifier vav_verifier;

/// A point in pixels from the upright image's top left corner.
typedef struct {
    /// To the right.
    float x;
    /// Downwards.
    float y;
} vav_point;

/// A face in a photo. All lengths are pixels of the upright image; the box may reach beyond it.
typedef struct {
    /// Set by VAV_FACE_INIT.
    size_t struct_size;
    /// Left edge of the box.
    float x;
    /// Top edge of the box.
    float y;
    /// Extent of the box to the right.
    float width;
    /// Extent of the box downwards.
    float height;
    /// Right eye, left eye, tip of the nose, right and left corner of the mouth, of the person: so in an upright,
    /// unmirrored photo the first eye is the one on the image's left.
    vav_point landmarks[5];
    /// How sure the detector is, 0..1.
    float confidence;
    /// 0; bits may be given a meaning later.
    uint32_t flags;
} vav_face;

/// How alike two faces are.
typedef struct {
    /// Set by VAV_RESULT_INIT.
    size_t struct_size;
    /// Cosine of the angle between the templates, -1..1.
    float similarity;
    /// Comparison score, 0..100: -10 log10 of the false match rate at this similarity. 30 means that one pair of
    /// different people in a thousand is as alike, 40 one in ten thousand.
    float score;
    /// 1 when the score reaches the threshold of the verifier, else 0.
    int32_t is_match;
    /// 0; bits may be given a meaning later.
    uint32_t flags;
} vav_result;

/// A picture that is decoded already, upright, rows from the top. Contiguous RGB8 is used where it lies; anything
/// else is converted first, which takes 3 * width * height bytes for the time of the call.
typedef struct {
    /// The first row.
    const uint8_t *data;
    /// How many bytes there are; the last row may end after its last pixel.
    size_t len;
    /// In pixels, 1..65535.
    uint32_t width;
    /// In pixels, 1..65535.
    uint32_t height;
    /// From the start of one row to that of the next in bytes; at least the length of a row.
    size_t stride;
    /// A vav_pixel_format.
    int32_t format;
} vav_pixels;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/// A config with all defaults.
vav_config *vav_config_new(void);

/// Frees a config. Verifiers that were made with it do not need it any more.
void vav_config_free(vav_config *config);

/// Which engine computes: a vav_engine.
vav_status vav_config_set_engine(vav_config *config, int32_t engine);

/// Where ONNX Runtime's library lies. NULL (default): the variable ORT_DYLIB_PATH; without it beside this library and
/// beside the program, then where the system's loader looks. One process uses one file: the first that was loaded.
vav_status vav_config_set_onnxruntime(vav_config *config,
                                      const char *library);

/// A folder with a manifest.toml and the models that it names. NULL (default): the models in this library.
vav_status vav_config_set_models(vav_config *config, const char *folder);

/// How many photos are processed at once, 1..1024 (default: one per core). More calls wait. 1 starts no threads.
vav_status vav_config_set_workers(vav_config *config,
                                  size_t workers);

/// Threads that one network may use, 1..256 (default 1: several workers beat several threads).
vav_status vav_config_set_threads_per_worker(vav_config *config, size_t threads);

/// Which face counts when a photo shows several: a vav_face_policy.
vav_status vav_config_set_face_policy(vav_config *config, int32_t policy);

/// The smallest face that is accepted, as the shorter side of its box in pixels (default 0: any that is found).
vav_status vav_config_set_min_face(vav_config *config,
                                   uint32_t pixels);

/// The comparison score from which two photos count as one person, 0..100 (default 27: a false match rate of 0.2 %).
vav_status vav_config_set_threshold(vav_config *config,
                                    float score);

/// The largest encoded photo in bytes, 1..2^30 (default 2^26).
vav_status vav_config_set_max_bytes(vav_config *config, size_t bytes);

/// The most pixels of a photo, raw ones included, 1..2^30 (default 50,000,000).
vav_status vav_config_set_max_pixels(vav_config *config, uint64_t pixels);

/// The status that the failed call returned; VAV_OK for NULL.
vav_status vav_error_status(const vav_error *error);

/// Which photo the error is about; VAV_SIDE_NONE for NULL.
vav_side vav_error_side(const vav_error *error);

/// Which step the error comes from; VAV_STAGE_NONE for NULL.
vav_stage vav_error_stage(const vav_error *error);

/// One line for people: "probe: no face was found (NO_FACE)". "" for NULL. UTF-8; lives as long as the error.
const char *vav_error_message(const vav_error *error);

/// Frees an error.
void vav_error_free(vav_error *error);

/// How many faces were found; 0 for NULL.
size_t vav_faces_count(const vav_faces *faces);

/// One of the faces, by its index from 0.
vav_status vav_faces_get(const vav_faces *faces, size_t index, vav_face *face, vav_error **err);

/// The index of the face that counts by the policy of the verifier. VAV_NO_FACE, VAV_SEVERAL_FACES or
/// VAV_FACE_TOO_SMALL where none does.
vav_status vav_faces_chosen(const vav_faces *faces, size_t *index, vav_error **err);

/// The size of the upright image in pixels: what the coordinates of the faces refer to.
vav_status vav_faces_image_size(const vav_faces *faces, uint32_t *width, uint32_t *height);

/// Frees the faces.
void vav_faces_free(vav_faces *faces);

/// The name of a status without its prefix, for logs and messages: "OK", "NO_FACE"; "UNKNOWN" for a number that this
/// version of the library does not know.
const char *vav_status_name(int32_t status);

/// The record of a failure to extract, for where every photo must leave a template. It can be stored like any other;
/// comparing it gives VAV_TEMPLATE_FAILED.
vav_template *vav_template_new_failed(void);

/// 1 for the record of a failure to extract, else 0; 0 for NULL.
int32_t vav_template_is_failed(const vav_template *templ);

/// How many bytes vav_template_to_bytes writes; 0 for NULL. The same for all templates of a model, less for records of
/// a failure to extract.
size_t vav_template_size(const vav_template *templ);

/// Writes the form to store: self-contained, versioned, with the identity of the model and a check sum, the same on
/// every machine. `capacity` is the size of `buffer`, at least vav_template_size.
vav_status vav_template_to_bytes(const vav_template *templ,
                                 uint8_t *buffer,
                                 size_t capacity,
                                 vav_error **err);

/// Reads what vav_template_to_bytes wrote. Anything else, cut or damaged, is VAV_TEMPLATE_MALFORMED. Whether it fits
/// a verifier's model is told when it is compared.
vav_status vav_template_from_bytes(const uint8_t *data,
                                   size_t len,
                                   vav_template **templ,
                                   vav_error **err);

/// Frees a template.
void vav_template_free(vav_template *templ);

/// Loads the models and starts the engine; `config` may be NULL for all defaults. Takes a while, and is the only
/// function that touches the disk.
vav_status vav_verifier_new(const vav_config *config,
                            vav_verifier **verifier,
                            vav_error **err);

/// Which engine computes: VAV_ENGINE_ONNXRUNTIME or VAV_ENGINE_EMBEDDED; -1 for NULL.
int32_t vav_verifier_engine(const vav_verifier *verifier);

/// The version of the engine, for example "1.28.0"; "" for NULL. Lives as long as the verifier.
const char *vav_verifier_engine_version(const vav_verifier *verifier);

/// Why VAV_ENGINE_AUTO became the embedded engine; "" where it did not, or for NULL. Lives as long as the verifier.
const char *vav_verifier_fallback_reason(const vav_verifier *verifier);

/// The name of the model that makes templates, for example "mobilefacenet-192"; "" for NULL. Lives as long as the
/// verifier.
const char *vav_verifier_extractor_id(const vav_verifier *verifier);

/// Do these two encoded photos show the same person? When several things are wrong, the first of these is told: probe
/// unreadable, reference unreadable, no usable face on the probe, none on the reference.
///
/// Photos are whole files in memory: JPEG, PNG, WebP, BMP, GIF, TIFF or PNM.
vav_status vav_verify(const vav_verifier *verifier,
                      const uint8_t *probe,
                      size_t probe_len,
                      const uint8_t *reference,
                      size_t reference_len,
                      vav_result *result,
                      vav_error **err);

/// vav_verify for photos that are decoded already.
vav_status vav_verify_pixels(const vav_verifier *verifier,
                             const vav_pixels *probe,
                             const vav_pixels *reference,
                             vav_result *result,
                             vav_error **err);

/// Finds all faces of an encoded photo. None at all is no error here.
vav_status vav_detect(const vav_verifier *verifier,
                      const uint8_t *photo,
                      size_t photo_len,
                      vav_faces **faces,
                      vav_error **err);

/// vav_detect for a photo that is decoded already.
vav_status vav_detect_pixels(const vav_verifier *verifier,
                             const vav_pixels *photo,
                             vav_faces **faces,
                             vav_error **err);

/// Makes a template of the face that counts on an encoded photo. `face` may be NULL; else it says where it was.
vav_status vav_extract(const vav_verifier *verifier,
                       const uint8_t *photo,
                       size_t photo_len,
                       vav_template **templ,
                       vav_face *face,
                       vav_error **err);

/// vav_extract for a photo that is decoded already.
vav_status vav_extract_pixels(const vav_verifier *verifier,
                              const vav_pixels *photo,
                              vav_template **templ,
                              vav_face *face,
                              vav_error **err);

/// Makes a template of one face of an encoded photo, whether it counts there or not: the one with this index in what
/// vav_detect found on the same photo.
vav_status vav_extract_face(const vav_verifier *verifier,
                            const uint8_t *photo,
                            size_t photo_len,
                            const vav_faces *faces,
                            size_t index,
                            vav_template **templ,
                            vav_error **err);

/// vav_extract_face for a photo that is decoded already.
vav_status vav_extract_face_pixels(const vav_verifier *verifier,
                                   const vav_pixels *photo,
                                   const vav_faces *faces,
                                   size_t index,
                                   vav_template **templ,
                                   vav_error **err);

/// Compares two templates of this verifier's model. VAV_TEMPLATE_MISMATCH for those of another one,
/// VAV_TEMPLATE_FAILED where one records a failure to extract: there is no score then.
vav_status vav_compare(const vav_verifier *verifier,
                       const vav_template *probe,
                       const vav_template *reference,
                       vav_result *result,
                       vav_error **err);

/// Frees a verifier. No other thread may be using it any more.
void vav_verifier_free(vav_verifier *verifier);

/// The version of the library that is loaded, which may be newer than the header's: "0.1.0".
const char *vav_version(void);

/// The same as one number that grows with every version: major * 1000000 + minor * 1000 + patch.
int32_t vav_version_number(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* VISAVIS_H */
