"""Xunpin 巡聘: touring recruitment fairs.

The floor plan, top to bottom; a room may use the rooms below it::

    factory                                   puts the house together
    demo                                      the sample world
    pages                                     home, to-do, workspace, help, health
    reports · imports · privacy               figures, spreadsheets in, data rights
    messages · surveys                        what organisers write to many, and ask after
    intents                                   shares, the intent ladder, agreements
    checkins                                  gates, devices, scans, attendance
    participations · registrations            an employer, a student at a fair
    questions                                 what organisers ask
    tours · employers · students              what the fairs are, who comes
    places                                    schools, venues, delegations
    accounts                                  who logs in, who may do what
    notices                                   the outbox
    audit                                     who did what
    web · jobs                                HTTP, the queue: no domain
    core                                      foundations
"""
