/* The ONNX Runtime in the file RUNTIME, reporting VERSION as its version: a stand-in without telemetry for a newer one that
   a program has loaded. Both macros are strings, defined on the compiler's command line. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

typedef struct api_base {
    const void *(*get_api)(uint32_t version);
    const char *(*version)(void);
} api_base;

static const void *get_api(uint32_t version) {
    union {
        void *symbol;
        const api_base *(*function)(void);
    } entry;
    void *runtime = dlopen(RUNTIME, RTLD_NOW | RTLD_LOCAL);
    if (runtime == NULL) return NULL;
    entry.symbol = dlsym(runtime, "OrtGetApiBase");
    return entry.function()->get_api(version);
}

static const char *version(void) { return VERSION; }

const api_base *OrtGetApiBase(void);
const api_base *OrtGetApiBase(void) {
    static const api_base base = {get_api, version};
    return &base;
}
