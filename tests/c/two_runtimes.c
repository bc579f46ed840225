/* two_runtimes COPY IMAGES: the program has loaded and started its own copy of ONNX Runtime first. */
#include "check.h"

#include <dlfcn.h>

/* The first members of OrtApi; within one major version their offsets never change. */
typedef struct ort_api {
    void *create_status, *get_error_code, *get_error_message;
    void *(*create_env)(int level, const char *name, void **env);
} ort_api;

typedef struct ort_api_base {
    const ort_api *(*get_api)(uint32_t version);
    const char *(*version)(void);
} ort_api_base;

int main(int argc, char **argv) {
    union {
        void *symbol;
        const ort_api_base *(*function)(void);
    } entry;
    void *env = NULL;
    vav_result result = VAV_RESULT_INIT;
    if (argc != 3) return 2;
    void *copy = dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL);
    CHECK(copy != NULL);
    if (copy == NULL) return done("two_runtimes");
    entry.symbol = dlsym(copy, "OrtGetApiBase");
    CHECK(entry.symbol != NULL && entry.function()->get_api(22) != NULL);
    CHECK(entry.function()->get_api(22)->create_env(3, "host", &env) == NULL && env != NULL);
    vav_verifier *verifier = make_verifier(engine_config());
    CHECK(vav_verifier_engine(verifier) == VAV_ENGINE_ONNXRUNTIME);
    blob file = load(argv[2], "astronaut.jpg");
    vav_photo probe = encoded(file);
    CHECK(vav_verify(verifier, &probe, &probe, &result, NULL) == VAV_OK);
    CHECK(result.is_match == 1);
    free(file.data);
    vav_verifier_free(verifier);
    return done("two_runtimes");
}
