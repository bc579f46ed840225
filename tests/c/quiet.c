/* quiet MODELS: a model that the engine rejects is reported only by the status. ONNX Runtime used to write to stderr. */
#include "check.h"

int main(int argc, char **argv) {
    vav_verifier *verifier;
    vav_error *err;
    if (argc != 2) return 2;
    vav_config *config = engine_config();
    CHECK(vav_config_set_models(config, argv[1]) == VAV_OK);
    CHECK(vav_verifier_new(config, &verifier, &err) == VAV_MODEL_INVALID && verifier == NULL);
    CHECK(vav_error_stage(err) == VAV_STAGE_SETUP);
    vav_error_free(err);
    vav_config_free(config);
    return done("quiet");
}
