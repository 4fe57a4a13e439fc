package org.treegrpo.job.settings;

/** Named combinations of settings: the resources {@code methods/<label>.conf}. */
public enum Method {
  TREEGRPO,
  MIXGRPO;

  String resource() {
    return "methods/" + Labels.of(this) + ".conf";
  }
}
