package javax.annotation;

/** The annotation of generated code, which Java no longer includes. */
public @interface Generated {
    String value();

    String date() default "";

    String comments() default "";
}
