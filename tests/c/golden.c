/* golden CASES ENROLMENT IMAGES: every golden case through the C ABI.
 *
 * Prints one line per case, as ffi/examples/reference.rs does, so that the results can be compared bit by bit; and checks
 * them against the table. */
#include "check.h"

#include <math.h>

enum { MOST_COLUMNS = 7, VERIFIERS = 16 };

static struct {
    char options[128];
    vav_verifier *verifier;
} made[VERIFIERS];

static void set_option(vav_config *config, const char *name, const char *value) {
    unsigned long long number = strtoull(value, NULL, 10);
    int policy = strcmp(value, "prominent") == 0 ? VAV_FACE_PROMINENT
                 : strcmp(value, "largest") == 0 ? VAV_FACE_LARGEST
                 : strcmp(value, "single") == 0  ? VAV_FACE_SINGLE
                                                 : -1;
    if (strcmp(name, "face") == 0)
        CHECK(vav_config_set_face_policy(config, policy) == VAV_OK);
    else if (strcmp(name, "min_face") == 0)
        CHECK(vav_config_set_min_face(config, (uint32_t)number) == VAV_OK);
    else if (strcmp(name, "max_pixels") == 0)
        CHECK(vav_config_set_max_pixels(config, number) == VAV_OK);
    else if (strcmp(name, "max_bytes") == 0)
        CHECK(vav_config_set_max_bytes(config, (size_t)number) == VAV_OK);
    else
        CHECK(!"an option that this program knows");
}

/* One verifier for every distinct list of options. */
static const vav_verifier *verifier_for(const char *options) {
    int i = 0;
    while (i < VERIFIERS && made[i].verifier != NULL && strcmp(made[i].options, options) != 0) i++;
    if (i == VERIFIERS || strlen(options) >= sizeof made[i].options) {
        fprintf(stderr, "too many options\n");
        exit(2);
    }
    if (made[i].verifier == NULL) {
        char copy[128];
        vav_config *config = engine_config();
        strcpy(made[i].options, options);
        strcpy(copy, options);
        for (char *option = strtok(copy, ";"); option != NULL; option = strtok(NULL, ";")) {
            char *value = strchr(option, '=');
            CHECK(value != NULL);
            if (value == NULL) continue;
            *value = 0;
            set_option(config, option, value + 1);
        }
        made[i].verifier = make_verifier(config);
    }
    return made[i].verifier;
}

static unsigned bits(float value) {
    uint32_t result;
    memcpy(&result, &value, sizeof result);
    return (unsigned)result;
}

/* The expected scores are from ONNX Runtime; the embedded engine may differ by one point. */
static int is_near(float score, const char *expected, const vav_verifier *verifier) {
    int apart = abs((int)floorf(score) - atoi(expected));
    return apart <= (vav_verifier_engine(verifier) == VAV_ENGINE_ONNXRUNTIME ? 0 : 1);
}

static void verify(char **cells, const char *images) {
    static const char *const sides[] = { "", "probe", "reference" };
    const char *name = cells[0], *score = cells[4], *error = cells[5], *side = cells[6];
    blob probe_file = load(images, cells[2]), reference_file = load(images, cells[3]);
    vav_photo probe = encoded(probe_file), reference = encoded(reference_file);
    vav_result result = VAV_RESULT_INIT;
    vav_error *err = NULL;
    vav_status status = vav_verify(verifier_for(cells[1]), &probe, &reference, &result, &err);
    const char *got = vav_status_name(status), *got_side = sides[vav_error_side(err)];
    if (status == VAV_OK)
        printf("%s\tOK\t\t%08x\t%08x\n", name, bits(result.similarity), bits(result.score));
    else
        printf("%s\t%s\t%s\t\t\n", name, got, got_side);
    int as_expected = strcmp(got, *error ? error : "OK") == 0 && strcmp(got_side, side) == 0;
    if (status == VAV_OK && strcmp(score, "?") != 0) {
        as_expected = as_expected && is_near(result.score, score, verifier_for(cells[1]));
    }
    if (!as_expected)
        fprintf(stderr, "%s: %s %s, score %.3f; expected %s%s %s\n", name, got, got_side, (double)result.score,
                score, error, side);
    CHECK(as_expected);
    CHECK((status == VAV_OK) == (err == NULL) && vav_error_status(err) == status);
    vav_error_free(err);
    free(probe_file.data);
    free(reference_file.data);
}

static void enroll(char **cells, const char *images) {
    const char *name = cells[0], *score = cells[3], *error = cells[4], *index = cells[5];
    const vav_verifier *verifier = verifier_for("");
    blob files[VAV_MAX_ENROLLED + 1], probe_file = load(images, cells[2]);
    vav_photo photos[VAV_MAX_ENROLLED + 1], probe = encoded(probe_file);
    const vav_photo *pointers[VAV_MAX_ENROLLED + 1];
    vav_enrolled seen[VAV_MAX_ENROLLED + 1];
    vav_template *reference = NULL, *templ = NULL;
    vav_result result = VAV_RESULT_INIT;
    vav_error *err = NULL;
    size_t count = 0;
    for (char *photo = strtok(cells[1], ";"); photo != NULL; photo = strtok(NULL, ";"), count++) {
        CHECK(count <= VAV_MAX_ENROLLED);
        if (count > VAV_MAX_ENROLLED) break;
        files[count] = load(images, photo);
        photos[count] = encoded(files[count]);
        pointers[count] = &photos[count];
    }
    vav_status status = vav_enroll(verifier, pointers, count, &reference, seen, &err);
    if (status == VAV_OK) {
        CHECK(vav_extract(verifier, &probe, &templ, NULL, NULL) == VAV_OK);
        CHECK(vav_compare(verifier, templ, reference, &result, NULL) == VAV_OK);
        printf("%s\tOK\t%08x\t%08x", name, bits(result.similarity), bits(result.score));
        for (size_t i = 0; i < count; i++) {
            CHECK(seen[i].flags == (count > 1 ? VAV_COMPARED : 0) && seen[i].sample.face_count > 0);
            printf("\t%08x", bits(seen[i].similarity));
        }
        printf("\n");
        CHECK(*error == 0 && is_near(result.score, score, verifier) && vav_error_index(err) == -1);
    } else {
        printf("%s\t%s\t%lld\n", name, vav_status_name(status), (long long)vav_error_index(err));
        CHECK(strcmp(vav_status_name(status), error) == 0 && reference == NULL);
        CHECK(vav_error_index(err) == (*index ? atoi(index) : -1));
    }
    vav_error_free(err);
    vav_template_free(reference);
    vav_template_free(templ);
    while (count > 0) free(files[--count].data);
    free(probe_file.data);
}

/* Calls `run` with the cells of each case of a table, and returns the number of cases. */
static int walk(const char *path, const char *columns, void (*run)(char **, const char *), const char *images) {
    char line[1024];
    int cases = 0, header = 0, expected = 1;
    FILE *table = fopen(path, "r");
    for (const char *at = columns; *at; at++) expected += *at == '\t';
    if (table == NULL) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(2);
    }
    while (fgets(line, sizeof line, table) != NULL) {
        char *cells[MOST_COLUMNS];
        int count = 0;
        line[strcspn(line, "\n")] = 0;
        if (!header && line[0] == '#') continue;
        if (!header) {
            header = 1;
            CHECK(strcmp(line, columns) == 0);
            continue;
        }
        for (char *cell = line; cell != NULL && count < MOST_COLUMNS; count++) {
            cells[count] = cell;
            cell = strchr(cell, '\t');
            if (cell != NULL) *cell++ = 0;
        }
        CHECK(count == expected);
        if (count == expected) run(cells, images);
        cases++;
    }
    fclose(table);
    return cases;
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: golden CASES ENROLMENT IMAGES\n");
        return 2;
    }
    int cases = walk(argv[1], "name\toptions\tprobe\treference\tscore\terror\tside", verify, argv[3]);
    int enrolments = walk(argv[2], "name\tphotos\tprobe\tscore\terror\tindex", enroll, argv[3]);
    for (int i = 0; i < VERIFIERS; i++) vav_verifier_free(made[i].verifier);
    CHECK(cases > 100 && enrolments >= 10);
    fprintf(stderr, "golden: %d cases and %d enrolments\n", cases, enrolments);
    return done("golden");
}
