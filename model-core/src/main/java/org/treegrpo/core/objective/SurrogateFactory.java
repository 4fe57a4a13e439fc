package org.treegrpo.core.objective;

import org.treegrpo.core.base.Named;

/**
 * Makes a surrogate from its settings. One is added by a class and a line in {@code
 * META-INF/services}; it is stateless.
 */
public interface SurrogateFactory extends Named {

  /** A surrogate with these settings, of which it need not use all. */
  Surrogate create(SurrogateSettings settings);
}
