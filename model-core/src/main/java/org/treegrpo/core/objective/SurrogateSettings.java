package org.treegrpo.core.objective;

/**
 * What surrogates are configured by.
 *
 * @param clip half-width of the trust region of the ratio, in (0, 1)
 */
public record SurrogateSettings(double clip) {}
