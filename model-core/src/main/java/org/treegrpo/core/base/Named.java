package org.treegrpo.core.base;

/** Something that a configuration chooses by its name, found through {@link Services}. */
public interface Named {

  /** As it is written in a configuration: a-z, 0-9 and '-'. */
  String name();
}
