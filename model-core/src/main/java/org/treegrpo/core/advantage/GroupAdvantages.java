package org.treegrpo.core.advantage;

/** The leaf advantages of one prompt group. */
public final class GroupAdvantages {

  private final double[] values;
  private final boolean zeroVariance;

  GroupAdvantages(double[] values, boolean zeroVariance) {
    this.values = values;
    this.zeroVariance = zeroVariance;
  }

  /** One advantage a leaf, in the order of the rewards; NaN for a masked leaf. */
  public double[] values() {
    return values.clone();
  }

  /** Whether the group has scored leaves but all of the same reward: every advantage is 0. */
  public boolean zeroVariance() {
    return zeroVariance;
  }
}
