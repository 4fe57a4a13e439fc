package org.treegrpo.core.objective;

/**
 * What surrogates are configured by.
 *
 * @param clip half-width of the trust region of the ratio, in (0, 1)
 * @param divergence largest divergence of a step in a trust region without a clip, positive
 */
public record SurrogateSettings(double clip, double divergence) {}
