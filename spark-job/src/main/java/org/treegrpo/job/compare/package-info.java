/** Runs that are compared: members of one session that take turns under one budget. */
package org.treegrpo.job.compare;
