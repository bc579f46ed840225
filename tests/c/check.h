/* Shared by the test programs. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <visavis.h>

static int checks = 0;
static int failures = 0;

#define CHECK(condition)                                                                                     \
    do {                                                                                                     \
        checks++;                                                                                            \
        if (!(condition)) {                                                                                  \
            failures++;                                                                                      \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                                  \
        }                                                                                                    \
    } while (0)

typedef struct blob {
    uint8_t *data;
    size_t len;
} blob;

/* A whole file; ends the program if it cannot be read. */
static inline blob load(const char *folder, const char *name) {
    char path[4096];
    blob result = { NULL, 0 };
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(2);
    }
    result.len = (size_t)ftell(file);
    rewind(file);
    result.data = (uint8_t *)malloc(result.len + 1);
    if (result.data == NULL || fread(result.data, 1, result.len, file) != result.len) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(2);
    }
    fclose(file);
    return result;
}

/* An encoded photo. */
static inline vav_photo encoded(blob file) {
    vav_photo photo = VAV_PHOTO_ENCODED(file.data, file.len);
    return photo;
}

static inline vav_photo with_quality(vav_photo photo) {
    photo.flags |= VAV_MEASURE_QUALITY;
    return photo;
}

/* A binary PPM with 8 bits per channel. The caller frees `owner`. */
static inline vav_photo load_ppm(const char *folder, const char *name, blob *owner) {
    unsigned width = 0, height = 0;
    int header = 0;
    *owner = load(folder, name);
    owner->data[owner->len] = 0;
    if (sscanf((const char *)owner->data, "P6 %u %u 255%n", &width, &height, &header) != 2 || header == 0) {
        fprintf(stderr, "%s is not a binary PPM with 8 bits per channel\n", name);
        exit(2);
    }
    vav_photo photo = VAV_PHOTO_PIXELS(owner->data + header + 1, owner->len - (size_t)header - 1, width, height, 0,
                                       VAV_FORMAT_RGB8);
    return photo;
}

/* A config with the engine named by the environment: VISAVIS_TEST_ENGINE=embedded|onnxruntime. */
static inline vav_config *engine_config(void) {
    const char *name = getenv("VISAVIS_TEST_ENGINE");
    vav_config *config = vav_config_new();
    int engine = VAV_ENGINE_AUTO;
    if (name != NULL && strcmp(name, "embedded") == 0)
        engine = VAV_ENGINE_EMBEDDED;
    else if (name != NULL && strcmp(name, "onnxruntime") == 0)
        engine = VAV_ENGINE_ONNXRUNTIME;
    CHECK(vav_config_set_engine(config, engine) == VAV_OK);
    return config;
}

/* A verifier; ends the program if it cannot be created. Frees the config. */
static inline vav_verifier *make_verifier(vav_config *config) {
    vav_verifier *verifier = NULL;
    vav_error *err = NULL;
    if (vav_verifier_new(config, &verifier, &err) != VAV_OK) {
        fprintf(stderr, "no verifier: %s\n", vav_error_message(err));
        exit(2);
    }
    vav_config_free(config);
    return verifier;
}

/* The last statement of every program. A program without checks fails. */
static inline int done(const char *name) {
    fprintf(stderr, "%s: %d checks, %d failures\n", name, checks, failures);
    return checks > 0 && failures == 0 ? 0 : 1;
}

#endif
