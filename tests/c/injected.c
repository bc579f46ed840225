/* An attacker's library: prints a line as soon as it is loaded. */
#include <unistd.h>

__attribute__((constructor)) static void injected(void) {
    static const char text[] = "INJECTED\n";
    (void)!write(2, text, sizeof text - 1);
}
