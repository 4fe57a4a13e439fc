package org.treegrpo.core.credit;

/**
 * The scores that are compared with one another. Not copied.
 *
 * @param promptId whose leaves they are
 * @param rewards {@code [leaf][reward]}, in the order of the trees and their leaves; NaN = failed
 */
public record RewardGroup(String promptId, double[][] rewards) {}
