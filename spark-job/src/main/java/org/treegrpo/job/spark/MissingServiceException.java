package org.treegrpo.job.spark;

import org.treegrpo.core.base.UserError;

/** An executor lacks a class of the driver's: a transition, a surrogate in a jar of the user's. */
final class MissingServiceException extends RuntimeException implements UserError {

  private static final long serialVersionUID = 1L;

  MissingServiceException(String type, String name) {
    super(
        "class path of an executor: must have the %s '%s', as the driver's has; bring its jar to both by --jars"
            .formatted(type, name));
  }
}
