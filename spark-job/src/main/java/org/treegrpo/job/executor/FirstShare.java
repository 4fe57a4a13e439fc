package org.treegrpo.job.executor;

import java.io.Serializable;

/**
 * What is done with the first share of a round besides growing it.
 *
 * @param checked its log-probs are recomputed
 * @param pictured its first tree keeps its images
 */
public record FirstShare(boolean checked, boolean pictured) implements Serializable {

  /** Grown as all the others. */
  public static final FirstShare GROWN = new FirstShare(false, false);

  /** The same, and checked where that is wanted. */
  public FirstShare checkedIf(boolean wanted) {
    return new FirstShare(wanted, pictured);
  }

  /** The same, and pictured where that is wanted. */
  public FirstShare picturedIf(boolean wanted) {
    return new FirstShare(checked, wanted);
  }
}
