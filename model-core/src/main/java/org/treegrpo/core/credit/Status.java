package org.treegrpo.core.credit;

import java.util.Locale;

/** What became of an edge or a leaf of a round; the audit writes it down. */
public enum Status {
  /** It is part of the loss. */
  TRAINED,
  /** A reward failed: the leaf's, or those of all leaves below the edge. */
  FAILED,
  /** It has an advantage, but the method left it out of the loss. */
  PRUNED,
  /** Its denoising step, or its kind, is not trained in this round. */
  NOT_TRAINED;

  /** As the audit writes it: trained, failed, pruned, not-trained. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
