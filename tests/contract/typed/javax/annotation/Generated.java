package javax.annotation;

/** What generated code is marked with, and Java no longer brings. */
public @interface Generated {
    String value();

    String date() default "";

    String comments() default "";
}
