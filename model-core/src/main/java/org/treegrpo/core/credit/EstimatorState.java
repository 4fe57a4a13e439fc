package org.treegrpo.core.credit;

/** What an {@link Estimator} knows of the rounds before; immutable. */
public interface EstimatorState {

  /** Of an estimator that looks at its own round only. */
  EstimatorState NONE = () -> new byte[0];

  /** For the checkpoint; empty where there is nothing to keep. Equal states give equal bytes. */
  byte[] bytes();
}
