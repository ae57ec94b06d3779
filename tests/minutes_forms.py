"""Minutes of ten invented bodies, each with its own form."""

LARKMOOR = """
! LARKMOOR BOROUGH COUNCIL
! CABINET
Minutes of a meeting of the Cabinet held on Tuesday, 4 March 2025 at 6 pm in the Guildhall, Larkmoor

Present: Councillors Ada Finch (Chair), Tom Reeve and Zoe Marsh

! CAB14 PARKING CHARGES

The Cabinet considered a report of the Director of Place.

RESOLVED: That

(a) the charges in appendix 1 be approved;

(b) the Director of Place be authorised to make the traffic order; and
---
(c) a review be reported in March 2026.

! CAB15 LIBRARY HOURS

Councillor Reeve asked about Saturdays, which had been agreed by the Council in May 2023.

RESOLVED unanimously that the opening hours proposed in the report be adopted.

The meeting closed at 7.05 pm.

The Board RESOLVED to buy a boat.
"""
WICKERBY = """
! Minutes of the meeting of Wickerby Parish Council held on Monday 13 May 2024 at 7.30pm in the Village Hall

Present: Cllr P. Reed (Chairman), Cllr S. Holt, Cllr D. Nunn

24/117 Apologies for absence
Apologies were received and accepted from Cllr B. Gale.

24/118 Planning applications
It was proposed by Cllr Reed, seconded by Cllr Holt and RESOLVED to object to application 24/0331 on flooding.

24/119 Accounts for payment
RESOLVED that payments of £2,317.40 be approved. Proposed by Cllr Nunn, seconded by Cllr Holt. Carried by 3 votes to 1.

24/120 Grit bins
Members noted the report of the Clerk. The item was deferred to the next meeting.

There being no further business the Chairman closed the meeting at 9.10pm.
"""
SALLOWFIELD = """
! Sallowfield Health and Care Partnership

Minutes of the meeting held on 9 November 2023, 2.00pm, Room 3

Present: Jo Lamb (JL), Chair; Ravi Nair (RNa); Rose Noble (RNo)

! HCP/11/23/05 Winter plan

RNa presented the plan, and was asked whether it was agreed.

AGREED –

i) that the plan be supported;

ii) that £120,000 be set aside for beds.

Action: Bed numbers to be circulated by 30 November – RNa, with the Chair

! HCP/11/23/06 Any other business

There was none.
"""
PINE_HOLLOW = """
! TOWN OF PINE HOLLOW
! SELECT BOARD MEETING MINUTES
! March 5, 2024

The meeting was called to order at 7:00 p.m. by Chair Dolores Whitt.

! 1. Warrant

Motion by Mr. Sands to approve the warrant in the amount of $41,280.17. Second by Ms. Ortiz.
MOTION/UNANIMOUS VOTE IN FAVOR

! 2. Snow plow contract

Ms. Ortiz moved to award the contract to Burl Bros. Seconded by Mr. Sands. Vote: 4-1, motion carried.

! 3. Dog park

Ms. Ortiz moved to close the dog park. Seconded by Mr. Sands. The motion failed by 2 votes to 3.
"""
ASHGROVE = """
! Governing Body of Ashgrove School
! Minutes of the meeting held on 12 March 2024

Present: Ann Bell (Chair), Raj Kaur

|h Item | Discussion | Action by
| 1. | Apologies Apologies were received from Mr Lee. |
| 2. | Attendance policy The Head presented the policy. The policy was approved. Policy to go online by 22 March. | AB
| 3. | Budget The Governors agreed to set a balanced budget. |
"""
FENBY = """
! RURAL ADVISORY PANEL

Minutes of the meeting held on 2 July 2024

! 12. Footpaths

The Panel considered the report.

RECOMMENDED: That Cabinet

(1) find £20,000 for stiles; and

(2) write to landowners.

! 13. Verges

RESOLVED to note the report.

! 14. Bridleways

RESOLVED that Council be recommended to adopt the plan.
"""
STRATHLYON = """
! Strathlyon Council
! Education Committee
Minutes of meeting held on 6 June 2024

! 3. School estate

! Decision

1) To approve the programme.

2) To ask for a report in six months.

! 4. Bus passes

! Motion

To keep the present scheme.
- moved by Councillor Orr, seconded by Councillor Muir

! Amendment

To extend the scheme to age 25.
- moved by Councillor Lamont, seconded by Councillor Baird

! Voting

For the motion: 9
For the amendment: 4

! Decision

To approve the motion by Councillor Orr.
"""
WATTLE_FLAT = """
! SHIRE OF WATTLE FLAT
! ORDINARY COUNCIL MEETING MINUTES
Held on 18 April 2024 in the Council Chambers

! 10.1 Weed control

MOVED Cr Lee, SECONDED Cr Nash

That Council receives the report and allocates $15,000.

CARRIED 7/2

! 10.2 Pool hours

MOVED Cr Nash, SECONDED Cr Lee

That the pool open at 6 am.

LOST 3/6
"""
HOLLIN_TRUST = """
! Hollin Vale Hospitals Trust Board
Minutes of the meeting held in public on 11 January 2024

! PB 24/05 Digital plan

The Trust Board:

• NOTED the progress; and

• APPROVED the business case.

! PB 24/06 Risk

The Chief Executive undertook to write to the unions.

ACTION – KW to share the risk register before the next meeting
"""
MOORSIDE = """
! Planning Committee
Minutes of the meeting of the Planning Committee held on 21 August 2024

! PH/24/11 Land at Mill Road

Resolved – That permission be granted subject to the conditions in the report, for the following reasons:

1. the loss of trees is made good;

2. the access is safe.

Voting: For – 7; Against – 3; Abstentions – 1

This decision is subject to call-in until 30 August 2024.

! PH/24/12 Garage court

After debate, on being put to the vote, the Committee RESOLVED, by 6 votes to 4, that the application be REFUSED.

! PH/24/13 Enforcement

DECISION: That the report be referred to the Cabinet Member.

IT WAS AGREED THAT the next meeting begin at 5 pm.
"""

EVERY = [
    LARKMOOR,
    WICKERBY,
    SALLOWFIELD,
    PINE_HOLLOW,
    ASHGROVE,
    FENBY,
    STRATHLYON,
    WATTLE_FLAT,
    HOLLIN_TRUST,
    MOORSIDE,
]
