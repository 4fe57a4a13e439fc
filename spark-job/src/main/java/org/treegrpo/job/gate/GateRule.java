package org.treegrpo.job.gate;

/**
 * What one rule came to.
 *
 * @param name of the rule, such as {@code drift.brightness}
 * @param passed whether the candidate holds it
 * @param text its numbers, for people
 */
public record GateRule(String name, boolean passed, String text) {}
