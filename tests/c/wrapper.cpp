// wrapper IMAGES PPM_FOLDER: visavis.hpp, and pixels in every format.
#include "check.h"

#include <array>
#include <thread>
#include <type_traits>
#include <visavis.hpp>

static_assert(!std::is_copy_constructible_v<visavis::verifier> && std::is_nothrow_move_constructible_v<visavis::verifier>);
static_assert(!std::is_copy_constructible_v<visavis::face_template> && !std::is_copy_constructible_v<visavis::config>);
static_assert(std::is_convertible_v<std::vector<std::uint8_t>, visavis::photo>);
static_assert(std::is_convertible_v<std::string, visavis::photo>);
static_assert(std::is_convertible_v<visavis::bytes, visavis::photo>);
static_assert(!std::is_convertible_v<std::vector<int>, visavis::photo>);

template <class Call>
static vav_status thrown(Call &&call) {
    try {
        call();
    } catch (const visavis::error &error) {
        CHECK(error.what()[0] != 0);
        return error.status();
    }
    return VAV_OK;
}

static std::string file(const char *folder, const char *name) {
    blob read = load(folder, name);
    std::string bytes(reinterpret_cast<const char *>(read.data), read.len);
    std::free(read.data);
    return bytes;
}

// A buffer rounded up to a page used to be read with a guessed stride: sheared pixels, and silently a wrong score.
static void rounded_up_to_a_page(const visavis::verifier &verifier, const vav_photo &rgb,
                                 const std::vector<std::uint8_t> &expected) {
    const auto *pixels = static_cast<const std::uint8_t *>(rgb.data);
    std::vector<std::uint8_t> data(pixels, pixels + rgb.len);
    data.resize((data.size() / 4096 + 1) * 4096);
    const auto photo = [&](std::size_t stride) {
        return visavis::pixels(data, rgb.width, rgb.height, VAV_FORMAT_RGB8, stride);
    };
    CHECK(thrown([&] { verifier.extract(photo(0)); }) == VAV_INVALID_PIXELS);
    CHECK(verifier.extract(photo(3 * std::size_t{rgb.width})).to_bytes() == expected);
}

// The same picture in every format gives the same template, whatever the stride.
static void layouts(const visavis::verifier &verifier, const char *folder) {
    blob owner;
    const vav_photo rgb = load_ppm(folder, "astronaut.ppm", &owner);
    const auto *pixels = static_cast<const std::uint8_t *>(rgb.data);
    const std::vector<std::uint8_t> expected = verifier.extract(visavis::photo(rgb)).to_bytes();
    struct {
        vav_format format;
        std::size_t channels;
        std::array<int, 4> order;
    } const kinds[] = { { VAV_FORMAT_RGB8, 3, { 0, 1, 2, 0 } },
                        { VAV_FORMAT_BGR8, 3, { 2, 1, 0, 0 } },
                        { VAV_FORMAT_RGBA8, 4, { 0, 1, 2, -1 } },
                        { VAV_FORMAT_BGRA8, 4, { 2, 1, 0, -1 } } };
    for (const auto &kind : kinds) {
        for (std::size_t gap : { 0u, 13u }) {
            const std::size_t stride = rgb.width * kind.channels + gap;
            std::vector<std::uint8_t> data(stride * rgb.height, 255);
            for (std::size_t y = 0; y < rgb.height; y++)
                for (std::size_t x = 0; x < rgb.width; x++)
                    for (std::size_t c = 0; c < kind.channels; c++)
                        if (kind.order[c] >= 0)
                            data[y * stride + x * kind.channels + c] =
                                pixels[3 * (y * rgb.width + x) + static_cast<std::size_t>(kind.order[c])];
            const std::size_t given = gap == 0 ? 0 : stride;
            const visavis::photo other = visavis::pixels(data, rgb.width, rgb.height, kind.format, given);
            CHECK(verifier.extract(other).to_bytes() == expected);
        }
    }
    std::vector<std::uint8_t> gray(std::size_t{rgb.width} * rgb.height);
    for (std::size_t i = 0; i < gray.size(); i++) gray[i] = pixels[3 * i + 1];
    const visavis::photo in_gray = visavis::pixels(gray, rgb.width, rgb.height, VAV_FORMAT_GRAY8);
    CHECK(verifier.verify(in_gray, visavis::photo(rgb)).is_match == 1);
    rounded_up_to_a_page(verifier, rgb, expected);
    std::free(owner.data);
}

// A byte of Y, or of Cb and Cr as the mean of two by two pixels, by ITU-R BT.601.
static std::uint8_t ycc(const vav_photo &rgb, std::size_t x, std::size_t y, std::size_t side, int which) {
    const auto *pixels = static_cast<const std::uint8_t *>(rgb.data);
    double sum[3] = { 0, 0, 0 };
    for (std::size_t i = 0; i < side * side; i++) {
        const std::size_t u = std::min<std::size_t>(x + i % side, rgb.width - 1);
        const std::size_t v = std::min<std::size_t>(y + i / side, rgb.height - 1);
        for (int c = 0; c < 3; c++) sum[c] += pixels[3 * (v * rgb.width + u) + static_cast<std::size_t>(c)];
    }
    for (double &value : sum) value /= static_cast<double>(side * side);
    const double bright = 0.299 * sum[0] + 0.587 * sum[1] + 0.114 * sum[2];
    const double values[] = { 16 + bright * 219 / 255, 128 + (sum[2] - bright) / 1.772 * 224 / 255,
                              128 + (sum[0] - bright) / 1.402 * 224 / 255 };
    return static_cast<std::uint8_t>(values[which] + 0.5);
}

// A frame as drivers deliver it: rows with gaps, and colour after a multiple of 16 rows; then a rotated one.
static void camera(const visavis::verifier &verifier, const char *folder) {
    blob owner;
    const vav_photo rgb = load_ppm(folder, "astronaut.ppm", &owner);
    const std::size_t stride = rgb.width + 24, offset = stride * ((rgb.height + 15) / 16 * 16);
    std::vector<std::uint8_t> frame(offset + stride * ((rgb.height + 1) / 2));
    for (std::size_t y = 0; y < rgb.height; y++)
        for (std::size_t x = 0; x < rgb.width; x++) frame[stride * y + x] = ycc(rgb, x, y, 1, 0);
    for (std::size_t y = 0; y < rgb.height; y += 2)
        for (std::size_t x = 0; x < rgb.width; x += 2)
            for (std::size_t c = 0; c < 2; c++)
                frame[offset + stride * (y / 2) + x + c] = ycc(rgb, x, y, 2, static_cast<int>(c) + 1);
    const visavis::photo nv12 =
        visavis::pixels(frame, rgb.width, rgb.height, VAV_FORMAT_NV12, stride).colour_at(offset);
    const visavis::photo upright(rgb);
    const auto similarity = [&](const visavis::photo &one) {
        return verifier.compare(verifier.extract(one), verifier.extract(upright)).similarity;
    };
    CHECK(similarity(nv12) > 0.98f);
    // The wrong order of colours or the wrong range of brightness gives a different picture.
    const visavis::photo nv21 =
        visavis::pixels(frame, rgb.width, rgb.height, VAV_FORMAT_NV21, stride).colour_at(offset);
    CHECK(similarity(nv21) < 0.98f && similarity(nv12.full_range()) < 1.0f);
    std::vector<std::uint8_t> turned(rgb.len);
    for (std::size_t y = 0; y < rgb.height; y++)
        for (std::size_t x = 0; x < rgb.width; x++)
            for (std::size_t c = 0; c < 3; c++)
                turned[3 * ((rgb.width - 1 - x) * rgb.height + y) + c] =
                    static_cast<const std::uint8_t *>(rgb.data)[3 * (y * rgb.width + x) + c];
    const visavis::photo sideways = visavis::pixels(turned, rgb.height, rgb.width, VAV_FORMAT_RGB8);
    CHECK(verifier.extract(sideways.rotated(90)).to_bytes() == verifier.extract(upright).to_bytes());
    CHECK(thrown([&] { verifier.extract(sideways.rotated(89)); }) == VAV_INVALID_PIXELS);
    CHECK(thrown([&] { verifier.extract(visavis::photo(std::string("file")).rotated(90)); }) == VAV_INVALID_ARGUMENT);
    std::free(owner.data);
}

static void several_faces(const visavis::verifier &verifier, const char *images) {
    const std::string two = file(images, "two-people.jpg");
    const visavis::faces found = verifier.detect(two);
    CHECK(found.size() == 2 && found.chosen() < 2 && found.at(0).confidence >= found.at(1).confidence);
    CHECK(thrown([&] { found.at(2); }) == VAV_INVALID_ARGUMENT);
    const auto astronaut = verifier.extract(file(images, "astronaut.jpg"));
    const auto hopper = verifier.extract(file(images, "hopper.jpg"));
    int matches = 0;
    for (std::size_t i = 0; i < found.size(); i++) {
        const auto one = verifier.extract_face(two, found, i);
        matches += verifier.compare(one, astronaut).is_match + verifier.compare(one, hopper).is_match;
    }
    CHECK(matches == 2);
    // The template is the same whether the face is chosen by index or by the policy.
    CHECK(verifier.extract_face(two, found, found.chosen()).to_bytes() == verifier.extract(two).to_bytes());
    const visavis::faces nobody = verifier.detect(file(images, "gray.png"));
    CHECK(nobody.size() == 0 && thrown([&] { nobody.chosen(); }) == VAV_NO_FACE);
    visavis::verifier single(visavis::config().workers(1).face_policy(VAV_FACE_SINGLE));
    CHECK(thrown([&] { single.extract(two); }) == VAV_SEVERAL_FACES);
}

static void ranks(const visavis::verifier &verifier, const char *images) {
    const auto probe = verifier.extract(file(images, "astronaut.jpg"));
    std::vector<std::uint8_t> stored;
    for (const char *name : { "hopper.jpg", "astronaut-dark.jpg", "astronaut.jpg", "hopper.jpg" }) {
        const auto bytes = verifier.extract(file(images, name)).to_bytes();
        stored.insert(stored.end(), bytes.begin(), bytes.end());
    }
    const auto ranked = verifier.rank(probe, stored);
    // The two templates of one photo are equally similar and stay in their order.
    CHECK(ranked.size() == 4 && ranked[0].index == 2 && ranked[1].index == 1 && ranked[2].index == 0 && ranked[3].index == 3);
    CHECK(ranked[0].similarity == 1.0f && ranked[1].is_match == 1 && ranked[2].is_match == 0);
    CHECK(verifier.score_from_similarity(ranked[1].similarity) == ranked[1].score);
    CHECK(verifier.rank(probe, stored, 1).size() == 1 && verifier.rank(probe, visavis::bytes(nullptr, 0)).empty());
    CHECK(probe.vector().size() == 192 && visavis::face_template::failed().vector().empty());
    CHECK(verifier.settings().threshold == 27.0f && !verifier.detector_id().empty());
    const auto failed = visavis::face_template::failed();
    CHECK(thrown([&] { (void)verifier.rank(failed, stored); }) == VAV_TEMPLATE_FAILED);
}

static void enrolls(const visavis::verifier &verifier, const char *images) {
    const std::string one = file(images, "astronaut-q10.jpg"), other = file(images, "astronaut-mirrored.jpg");
    const std::string stranger = file(images, "hopper.jpg"), nobody = file(images, "gray.png");
    const visavis::enrollment made = verifier.enroll({ one, other, stranger });
    CHECK(made.photos.size() == 3 && made.photos[0].flags == VAV_COMPARED && made.photos[2].is_match == 0);
    CHECK(made.photos[0].similarity > made.photos[2].similarity && made.photos[1].score > made.photos[2].score);
    CHECK(verifier.compare(verifier.extract(one), made.reference).is_match == 1);
    const visavis::enrollment alone = verifier.enroll({ one });
    CHECK(alone.photos[0].flags == 0 && alone.reference.to_bytes() == verifier.extract(one).to_bytes());
    try {
        (void)verifier.enroll({ one, nobody });
        CHECK(!"a photo without a face is enrolled");
    } catch (const visavis::error &error) {
        CHECK(error.status() == VAV_NO_FACE && error.index() == 1 && error.side() == VAV_SIDE_NONE);
    }
    CHECK(thrown([&] { (void)verifier.enroll({}); }) == VAV_INVALID_ARGUMENT);
    CHECK(thrown([&] { (void)verifier.enroll(std::vector<visavis::photo>(17, one)); }) == VAV_INVALID_ARGUMENT);
}

static void cancelled(const visavis::verifier &verifier, const std::string &photo) {
    const visavis::verifier limited = verifier.with_deadline(0), hasty = verifier.with_deadline(0, VAV_DO_NOT_WAIT);
    CHECK(hasty.detect(photo).size() == 1);
    std::thread other([&] { CHECK(thrown([&] { for (;;) limited.detect(photo); }) == VAV_DEADLINE_EXCEEDED); });
    limited.cancel();
    other.join();
    CHECK(verifier.detect(photo).size() == 1);
}

static void moves(visavis::verifier &verifier) {
    visavis::face_template first = visavis::face_template::failed(), second = std::move(first);
    CHECK(second.is_failed() && visavis::face_template(second.to_bytes()).is_failed());
    CHECK(thrown([&] { (void)verifier.compare(first, second); }) == VAV_INVALID_ARGUMENT);
    CHECK(thrown([&] { (void)verifier.compare(second, second); }) == VAV_TEMPLATE_FAILED);
    visavis::verifier moved = std::move(verifier);
    CHECK(thrown([&] { (void)verifier.verify(std::string("x"), std::string("y")); }) == VAV_INVALID_ARGUMENT);
    verifier = std::move(moved);
    CHECK(!verifier.engine_version().empty() && verifier.extractor_id() == "mobilefacenet-192");
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    visavis::verifier verifier(visavis::config().workers(2).threshold(27));
    const std::string astronaut = file(argv[1], "astronaut.jpg"), hopper = file(argv[1], "hopper.jpg");
    CHECK(verifier.verify(astronaut, astronaut).is_match == 1 && verifier.verify(astronaut, hopper).is_match == 0);
    const vav_result measured = verifier.verify(visavis::photo(astronaut).with_quality(), hopper);
    CHECK(measured.probe.face.flags == VAV_QUALITY_MEASURED && measured.reference.face.flags == 0);
    try {
        verifier.verify(astronaut, file(argv[1], "gray.png"));
        CHECK(!"thrown");
    } catch (const visavis::error &error) {
        CHECK(error.status() == VAV_NO_FACE && error.side() == VAV_SIDE_REFERENCE);
        CHECK(error.stage() == VAV_STAGE_CHOOSE && error.what() == std::string("reference: no face was found (NO_FACE)"));
    }
    CHECK(thrown([&] { visavis::face_template(visavis::bytes(nullptr, 0)); }) == VAV_TEMPLATE_MALFORMED);
    CHECK(thrown([] { visavis::config().engine(static_cast<vav_engine>(7)); }) == VAV_INVALID_ARGUMENT);
    CHECK(thrown([] { visavis::verifier(visavis::config().models("/nowhere")); }) == VAV_MODEL_NOT_FOUND);
    layouts(verifier, argv[2]);
    camera(verifier, argv[2]);
    several_faces(verifier, argv[1]);
    ranks(verifier, argv[1]);
    enrolls(verifier, argv[1]);
    cancelled(verifier, astronaut);
    moves(verifier);
    return done("wrapper");
}
