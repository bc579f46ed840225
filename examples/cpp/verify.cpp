// verify PROBE REFERENCE: do these two photos show the same person?
#include <iostream>
#include <string>
#include <visavis.hpp>

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    try {
        const visavis::verifier verifier;
        if (const std::string reason = verifier.fallback_reason(); !reason.empty())
            std::cerr << "using the slower engine: " << reason << '\n';
        const vav_result result = verifier.verify(visavis::file(argv[1]), visavis::file(argv[2]));
        std::cout << "score " << result.score << (result.is_match ? ": same person\n" : ": different people\n");
    } catch (const visavis::error &error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
